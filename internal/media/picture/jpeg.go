package picture

import (
	"bytes"
	"encoding/binary"
)

// The markers of ITU-T T.81, table B.1, that are told apart here.
const (
	markSOF0  = 0xc0 // baseline
	markSOF2  = 0xc2 // progressive; 0xc1 is extended
	markDHT   = 0xc4
	markJPG   = 0xc8
	markDAC   = 0xcc
	markSOF15 = 0xcf
	markRST0  = 0xd0
	markRST7  = 0xd7
	markSOI   = 0xd8
	markEOI   = 0xd9
	markSOS   = 0xda
	markDQT   = 0xdb
	markDRI   = 0xdd
	markAPP0  = 0xe0
	markAPP1  = 0xe1
	markAPP2  = 0xe2
	markAPP14 = 0xee
)

// jpegWalk is the state of one walk over the segments.
type jpegWalk struct {
	in          reader
	out         []byte
	frames      int
	scans       int
	orientation byte
}

// cleanJPEG keeps tables, frame and scans, the JFIF header without thumbnail,
// colour profile, Adobe's colour transform, and the orientation.
func cleanJPEG(data []byte) (cleaned, error) {
	w := &jpegWalk{in: reader{data: data}, out: make([]byte, 0, len(data)+len(orientationEXIF))}
	if _, err := w.in.take(2); err != nil {
		return cleaned{}, err
	}
	w.out = append(w.out, 0xff, markSOI)
	for {
		mark, err := w.marker()
		if err != nil {
			return cleaned{}, err
		}
		if mark == markEOI {
			break
		}
		if err := w.segment(mark); err != nil {
			return cleaned{}, err
		}
	}
	if w.frames != 1 || w.scans == 0 {
		return cleaned{}, malformed("a JPEG of %d frames and %d scans", w.frames, w.scans)
	}
	return cleaned{data: append(w.out, 0xff, markEOI), sideways: w.orientation >= 5}, nil
}

// marker reads 0xff, as often as it is repeated, and what follows.
func (w *jpegWalk) marker() (byte, error) {
	b, err := w.in.next()
	if err != nil {
		return 0, err
	}
	if b != 0xff {
		return 0, malformed("bytes between segments")
	}
	for b == 0xff {
		if b, err = w.in.next(); err != nil {
			return 0, err
		}
	}
	return b, nil
}

func (w *jpegWalk) segment(mark byte) error {
	if mark <= 0x01 || (mark >= markRST0 && mark <= markSOI) {
		return malformed("marker %#x in a wrong place", mark)
	}
	size, err := w.in.take(2)
	if err != nil {
		return err
	}
	payload, err := w.in.take(int(binary.BigEndian.Uint16(size)) - 2)
	if err != nil {
		return err
	}
	switch {
	case mark == markDHT, mark == markDQT, mark == markDRI:
		w.keep(mark, payload)
	case mark == markSOS:
		w.scans++
		w.keep(mark, payload)
		return w.entropy()
	case isFrame(mark):
		w.frames++
		w.keep(mark, payload)
	case mark >= markAPP0:
		w.application(mark, payload)
	}
	return nil
}

// isFrame names all kinds of frames; those that decoders do not know fail there.
func isFrame(mark byte) bool {
	return mark >= markSOF0 && mark <= markSOF15 && mark != markDHT && mark != markJPG && mark != markDAC
}

func (w *jpegWalk) application(mark byte, payload []byte) {
	switch {
	case mark == markAPP0 && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("JFIF\x00")):
		w.keep(mark, append(bytes.Clone(payload[:12]), 0, 0))
	case mark == markAPP1 && bytes.HasPrefix(payload, []byte(exifHeader)) && w.orientation == 0 && w.scans == 0:
		w.orientation = orientationOf(payload[len(exifHeader):])
		if w.orientation > 1 {
			w.keep(mark, minimalEXIF(w.orientation))
		}
	case mark == markAPP2 && bytes.HasPrefix(payload, []byte("ICC_PROFILE\x00")):
		w.keep(mark, payload)
	case mark == markAPP14 && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("Adobe")):
		w.keep(mark, payload[:12])
	}
}

func (w *jpegWalk) keep(mark byte, payload []byte) {
	w.out = append(w.out, 0xff, mark)
	w.out = binary.BigEndian.AppendUint16(w.out, uint16(len(payload)+2)) //nolint:gosec // it came with such a length, or shorter
	w.out = append(w.out, payload...)
}

// entropy copies the coded data of a scan, up to the next marker that is not
// part of it.
func (w *jpegWalk) entropy() error {
	start := w.in.at
	for {
		skip := bytes.IndexByte(w.in.data[w.in.at:], 0xff)
		if skip < 0 || w.in.at+skip+1 >= len(w.in.data) {
			return errTruncated
		}
		w.in.at += skip
		switch next := w.in.data[w.in.at+1]; {
		case next == 0x00, next >= markRST0 && next <= markRST7:
			w.in.at += 2
		case next == 0xff:
			w.in.at++
		default:
			w.out = append(w.out, w.in.since(start)...)
			return nil
		}
	}
}
