package picture

import (
	"encoding/binary"
)

const (
	webpHeader = "RIFF\x00\x00\x00\x00WEBP"
	// The flags of VP8X that announce what is left out here.
	webpXMP  = 1 << 2
	webpEXIF = 1 << 3
)

// webpWalk is the state of one walk over the chunks.
type webpWalk struct {
	// width and height of the canvas; 0 until a chunk says them.
	width, height int
	frames        int
}

// cleanWebP keeps pixels, transparency, animation and colour profile.
func cleanWebP(data []byte) (cleaned, error) {
	in := reader{data: data, at: len(webpHeader)}
	// The size in the header goes from the form type on; it is even in valid files.
	end := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
	if end > uint64(len(data)) {
		return cleaned{}, errTruncated
	}
	if end < uint64(len(webpHeader)) {
		return cleaned{}, malformed("the header's size is too small")
	}
	in.data = data[:end]
	w := &webpWalk{}
	out, err := w.chunks(append(make([]byte, 0, len(data)), webpHeader...), &in, w.top)
	if err != nil {
		return cleaned{}, err
	}
	if w.frames == 0 {
		return cleaned{}, malformed("a WebP without pixels")
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // shorter than data
	return cleaned{data: out}, nil
}

// chunks appends to out what keep answers for each chunk; nil leaves it out.
func (w *webpWalk) chunks(out []byte, in *reader, keep func(name string, body []byte) ([]byte, error)) ([]byte, error) {
	for !in.done() {
		head, err := in.take(8)
		if err != nil {
			return nil, err
		}
		size := int(binary.LittleEndian.Uint32(head[4:]))
		body, err := in.take(size)
		if err != nil {
			return nil, err
		}
		if size%2 == 1 {
			if _, err := in.take(1); err != nil {
				return nil, err
			}
		}
		kept, err := keep(string(head[:4]), body)
		if err != nil {
			return nil, err
		}
		if kept != nil {
			out = appendChunk(out, string(head[:4]), kept)
		}
	}
	return out, nil
}

func appendChunk(out []byte, name string, body []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body))) //nolint:gosec // it came with such a length, or longer
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// top judges a chunk of the file.
func (w *webpWalk) top(name string, body []byte) ([]byte, error) {
	switch name {
	case "VP8X":
		return w.canvas(body)
	case "ANMF":
		return w.animated(body)
	case "ICCP", "ANIM":
		return body, nil
	}
	return w.pixels(name, body)
}

// canvas reads the extended header, which comes first.
func (w *webpWalk) canvas(body []byte) ([]byte, error) {
	if len(body) != 10 || w.width != 0 || w.frames != 0 {
		return nil, malformed("VP8X in a wrong place")
	}
	w.width, w.height = 1+u24(body[4:]), 1+u24(body[7:])
	out := append([]byte{body[0] &^ (webpEXIF | webpXMP)}, body[1:]...)
	return out, nil
}

// animated judges a frame of an animation: a header of 16 bytes and chunks.
func (w *webpWalk) animated(body []byte) ([]byte, error) {
	if w.width == 0 || len(body) < 16 {
		return nil, malformed("ANMF in a wrong place")
	}
	if x, y := 2*u24(body), 2*u24(body[3:]); x+1+u24(body[6:]) > w.width || y+1+u24(body[9:]) > w.height {
		return nil, malformed("a frame is larger than the canvas")
	}
	return w.chunks(append(make([]byte, 0, len(body)), body[:16]...), &reader{data: body, at: 16}, w.pixels)
}

// pixels judges what is not a container: the pixels, which must not exceed the
// canvas, and their transparency.
func (w *webpWalk) pixels(name string, body []byte) ([]byte, error) {
	var width, height int
	switch {
	case name == "ALPH":
		return body, nil
	case name == "VP8 " && len(body) >= 10 && string(body[3:6]) == "\x9d\x01\x2a":
		width, height = int(binary.LittleEndian.Uint16(body[6:]))&0x3fff, int(binary.LittleEndian.Uint16(body[8:]))&0x3fff
	case name == "VP8L" && len(body) >= 5 && body[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(body[1:])
		width, height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
	case name == "VP8 ", name == "VP8L":
		return nil, malformed("a frame has no header")
	default:
		return nil, nil
	}
	if w.width == 0 {
		w.width, w.height = width, height
	}
	if width > w.width || height > w.height {
		return nil, malformed("a frame is larger than the canvas")
	}
	w.frames++
	return body, nil
}

func u24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
