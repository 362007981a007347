package picture

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks that show: those of the PNG specification (third
// edition) on pixels, colours, transparency and animation. Texts, times and EXIF
// are not among them.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true,
	"tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true, "mDCV": true, "cLLI": true,
	"bKGD": true, "pHYs": true, "acTL": true, "fcTL": true, "fdAT": true,
}

// cleanPNG copies the chunks that show, up to the end chunk.
func cleanPNG(data []byte) (cleaned, error) {
	in := reader{data: data, at: len(pngSignature)}
	out := append(make([]byte, 0, len(data)), pngSignature...)
	for first, pixels := true, false; ; first = false {
		start := in.at
		name, err := pngChunk(&in)
		if err != nil {
			return cleaned{}, err
		}
		if (name == "IHDR") != first {
			return cleaned{}, malformed("IHDR is not the first and only one")
		}
		pixels = pixels || name == "IDAT"
		if pngKept[name] {
			out = append(out, in.since(start)...)
		}
		switch {
		case name == "IEND" && pixels:
			return cleaned{data: out}, nil
		case name == "IEND":
			return cleaned{}, malformed("a PNG without pixels")
		}
	}
}

// pngChunk reads one chunk and checks its sum.
func pngChunk(in *reader) (name string, err error) {
	head, err := in.take(8)
	if err != nil {
		return "", err
	}
	body, err := in.take(int(binary.BigEndian.Uint32(head)))
	if err != nil {
		return "", err
	}
	sum, err := in.take(4)
	if err != nil {
		return "", err
	}
	if crc32.Update(crc32.ChecksumIEEE(head[4:]), crc32.IEEETable, body) != binary.BigEndian.Uint32(sum) {
		return "", malformed("a chunk is damaged")
	}
	return string(head[4:]), nil
}
