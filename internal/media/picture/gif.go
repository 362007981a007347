package picture

import "encoding/binary"

// The blocks of the GIF89a specification.
const (
	gifExtension   = 0x21
	gifFrame       = 0x2c
	gifTrailer     = 0x3b
	gifControl     = 0xf9
	gifApplication = 0xff
)

// gifWalk is the state of one walk over the blocks.
type gifWalk struct {
	in            reader
	out           []byte
	width, height int
	frames        int
}

// cleanGIF keeps frames with their timing and how often they are repeated.
func cleanGIF(data []byte) (cleaned, error) {
	w := &gifWalk{in: reader{data: data}, out: make([]byte, 0, len(data))}
	if err := w.header(); err != nil {
		return cleaned{}, err
	}
	for {
		kind, err := w.in.next()
		if err != nil {
			return cleaned{}, err
		}
		switch {
		case kind == gifExtension:
			err = w.extension()
		case kind == gifFrame:
			err = w.frame()
		case kind == gifTrailer && w.frames > 0:
			return cleaned{data: append(w.out, gifTrailer)}, nil
		default:
			err = malformed("block %#x in a wrong place", kind)
		}
		if err != nil {
			return cleaned{}, err
		}
	}
}

// header copies signature, screen and global colours.
func (w *gifWalk) header() error {
	head, err := w.in.take(13)
	if err != nil {
		return err
	}
	w.width, w.height = int(binary.LittleEndian.Uint16(head[6:])), int(binary.LittleEndian.Uint16(head[8:]))
	if err := w.colours(head[10]); err != nil {
		return err
	}
	w.out = append(w.out, w.in.since(0)...)
	return nil
}

// colours reads the colour table that flags announce.
func (w *gifWalk) colours(flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := w.in.take(3 << (flags&7 + 1))
	return err
}

func (w *gifWalk) extension() error {
	start := w.in.at - 1
	label, err := w.in.next()
	if err != nil {
		return err
	}
	body := w.in.at
	if err := w.blocks(); err != nil {
		return err
	}
	if label == gifControl || (label == gifApplication && repeats(w.in.since(body))) {
		w.out = append(w.out, w.in.since(start)...)
	}
	return nil
}

// repeats tells the one application extension that shows: how often the frames
// are repeated, in the form that all writers use.
func repeats(body []byte) bool {
	const sizes = 1 + 11 + 1 + 3 + 1
	return len(body) == sizes && (string(body[:12]) == "\x0bNETSCAPE2.0" || string(body[:12]) == "\x0bANIMEXTS1.0")
}

// frame copies one picture, which must lie within the screen.
func (w *gifWalk) frame() error {
	start := w.in.at - 1
	head, err := w.in.take(9)
	if err != nil {
		return err
	}
	u16 := binary.LittleEndian.Uint16
	if int(u16(head))+int(u16(head[4:])) > w.width || int(u16(head[2:]))+int(u16(head[6:])) > w.height {
		return malformed("a frame is larger than the screen")
	}
	if err := w.colours(head[8]); err != nil {
		return err
	}
	if _, err := w.in.next(); err != nil { // the code size of the data
		return err
	}
	if err := w.blocks(); err != nil {
		return err
	}
	w.frames++
	w.out = append(w.out, w.in.since(start)...)
	return nil
}

// blocks reads data blocks up to and with the empty one.
func (w *gifWalk) blocks() error {
	for {
		size, err := w.in.next()
		if err != nil || size == 0 {
			return err
		}
		if _, err := w.in.take(int(size)); err != nil {
			return err
		}
	}
}
