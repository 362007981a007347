package picture

import (
	"bytes"
	"encoding/binary"
)

const (
	exifHeader = "Exif\x00\x00"
	// orientationEXIF is the smallest EXIF with one entry, big-endian, of which
	// the byte at orientationAt is the value.
	orientationEXIF = exifHeader + "MM\x00\x2a\x00\x00\x00\x08" + "\x00\x01" + "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01\x00\x00" + "\x00\x00\x00\x00"
	orientationAt   = len(exifHeader) + 8 + 2 + 9
)

// minimalEXIF says how the picture lies, and nothing else.
func minimalEXIF(orientation byte) []byte {
	b := []byte(orientationEXIF)
	b[orientationAt] = orientation
	return b
}

// orientationOf reads the orientation, 1 to 8, from the first directory of a TIFF
// header; 1, which is upright, where there is none.
func orientationOf(tiff []byte) byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II\x2a\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00\x2a")):
		order = binary.BigEndian
	}
	if order == nil || len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if v := order.Uint16(entries[8:]); order.Uint16(entries) == 0x0112 && order.Uint16(entries[2:]) == 3 && v >= 1 && v <= 8 {
			return byte(v)
		}
		entries = entries[12:]
	}
	return 1
}
