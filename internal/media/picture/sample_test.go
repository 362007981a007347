package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// secret stands for what a picture must not tell.
const secret = "48.2082N 16.3738E, camera of Ada"

func drawing(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			m.Set(x, y, color.NRGBA{R: uint8(x * 7), G: uint8(y * 5), B: uint8(x ^ y), A: 255})
		}
	}
	return m
}

func aJPEG(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(width, height), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aPNG(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawing(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aGIF(t testing.TB, width, height int) []byte {
	t.Helper()
	palette := color.Palette{color.Black, color.White}
	frame := func() *image.Paletted { return image.NewPaletted(image.Rect(0, 0, width, height), palette) }
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(), frame()}, Delay: []int{5, 5}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aWebP is a lossless picture of one pixel.
func aWebP() []byte { return riff(chunk("VP8L", onePixel)) }

const onePixel = "\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07"

// aLossyWebP has one pixel, too.
func aLossyWebP(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func riff(chunks ...string) []byte {
	body := "WEBP"
	for _, c := range chunks {
		body += c
	}
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
}

func chunk(name, body string) string {
	c := name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
	if len(body)%2 == 1 {
		c += "\x00"
	}
	return c
}

// vp8x is an extended header.
func vp8x(flags byte, width, height int) string {
	u24 := func(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16)}) }
	return chunk("VP8X", string([]byte{flags, 0, 0, 0})+u24(width-1)+u24(height-1))
}

// anmf is a frame of an animation.
func anmf(x, y, width, height int, chunks ...string) string {
	u24 := func(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16)}) }
	body := u24(x/2) + u24(y/2) + u24(width-1) + u24(height-1) + "\x64\x00\x00" + "\x00"
	for _, c := range chunks {
		body += c
	}
	return chunk("ANMF", body)
}

// segment is one of a JPEG.
func segment(mark byte, payload string) string {
	return "\xff" + string([]byte{mark}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2))) + payload
}

// after inserts into data at a place.
func after(data []byte, at int, what string) []byte {
	return append(append(bytes.Clone(data[:at]), what...), data[at:]...)
}

// exif is a TIFF header with an orientation and a secret.
func exif(order binary.AppendByteOrder, orientation uint16) string {
	b := []byte("Exif\x00\x00")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = append(b, "II\x2a\x00"...)
	} else {
		b = append(b, "MM\x00\x2a"...)
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range [][2]uint16{{0x0100, 640}, {0x0112, orientation}} {
		b = order.AppendUint16(b, e[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, e[1])
		b = order.AppendUint16(b, 0)
	}
	b = order.AppendUint32(b, 0)
	return string(b) + secret
}

// pngChunk is one with its sum.
func pngChunk(name, body string) string {
	c := string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + name + body
	return c + string(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(name+body))))
}

// The first chunk of a PNG ends here.
const afterIHDR = 8 + 8 + 13 + 4
