package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"testing"

	"github.com/throng-social/throng/internal/media/picture"
)

func TestCleanKeepsPicturesAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data          []byte
		kind          string
		width, height int
	}{
		"jpeg":           {aJPEG(t, 40, 30), picture.JPEG, 40, 30},
		"png":            {aPNG(t, 40, 30), picture.PNG, 40, 30},
		"gif, animated":  {aGIF(t, 40, 30), picture.GIF, 40, 30},
		"webp, lossless": {aWebP(), picture.WebP, 1, 1},
		"webp, lossy":    {aLossyWebP(t), picture.WebP, 1, 1},
		"webp, animated": {riff(vp8x(2, 4, 4), chunk("ANIM", "\xff\xff\xff\xff\x00\x00"), anmf(2, 2, 1, 1, chunk("VP8L", onePixel))), picture.WebP, 4, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := picture.Clean(c.data)
			if err != nil {
				t.Fatal(err)
			}
			if p.Type != c.kind || p.Width != c.width || p.Height != c.height {
				t.Errorf("got %s of %d x %d", p.Type, p.Width, p.Height)
			}
			if !bytes.Equal(p.Data, c.data) {
				t.Error("a picture without anything to hide was changed")
			}
		})
	}
}

func TestCleanTakesOutWhatIsNotThePicture(t *testing.T) {
	t.Parallel()
	jpg, pngData, gifData := aJPEG(t, 8, 8), aPNG(t, 8, 8), aGIF(t, 8, 8)
	const gifHeader = 13 // without global colours, as the encoder of Go writes it
	for name, c := range map[string]struct{ dirty, clean []byte }{
		"jpeg: exif":             {after(jpg, 2, segment(0xe1, exif(binary.BigEndian, 1))), jpg},
		"jpeg: xmp":              {after(jpg, 2, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret)), jpg},
		"jpeg: iptc":             {after(jpg, 2, segment(0xed, "Photoshop 3.0\x00"+secret)), jpg},
		"jpeg: comment":          {after(jpg, 2, segment(0xfe, secret)), jpg},
		"jpeg: second picture":   {after(jpg, 2, segment(0xe2, "MPF\x00"+secret)), jpg},
		"jpeg: after the end":    {append(bytes.Clone(jpg), secret...), jpg},
		"jpeg: exif in the end":  {after(jpg, len(jpg)-2, segment(0xe1, exif(binary.BigEndian, 6))), jpg},
		"jpeg: thumbnail":        {after(jpg, 2, segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01"+secret)), after(jpg, 2, segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"))},
		"jpeg: profile stays":    {after(jpg, 2, segment(0xe2, "ICC_PROFILE\x00colours")), after(jpg, 2, segment(0xe2, "ICC_PROFILE\x00colours"))},
		"png: text":              {after(pngData, afterIHDR, pngChunk("tEXt", secret)), pngData},
		"png: packed text":       {after(pngData, afterIHDR, pngChunk("zTXt", secret)), pngData},
		"png: international":     {after(pngData, afterIHDR, pngChunk("iTXt", secret)), pngData},
		"png: exif":              {after(pngData, afterIHDR, pngChunk("eXIf", secret)), pngData},
		"png: time":              {after(pngData, afterIHDR, pngChunk("tIME", "1234567")), pngData},
		"png: unknown":           {after(pngData, afterIHDR, pngChunk("prVt", secret)), pngData},
		"png: after the end":     {append(bytes.Clone(pngData), secret...), pngData},
		"png: gamma stays":       {after(pngData, afterIHDR, pngChunk("gAMA", "\x00\x00\xb1\x8f")), after(pngData, afterIHDR, pngChunk("gAMA", "\x00\x00\xb1\x8f"))},
		"gif: comment":           {after(gifData, gifHeader, "\x21\xfe\x20"+secret+"\x00"), gifData},
		"gif: xmp":               {after(gifData, gifHeader, "\x21\xff\x0bXMP DataXMP\x20"+secret+"\x00"), gifData},
		"gif: plain text":        {after(gifData, gifHeader, "\x21\x01\x20"+secret+"\x00"), gifData},
		"gif: hidden in repeats": {after(gifData, gifHeader, "\x21\xff\x0bNETSCAPE2.0\x20"+secret+"\x00"), gifData},
		"gif: after the end":     {append(bytes.Clone(gifData), secret...), gifData},
		"webp: exif and xmp": {
			riff(vp8x(0x0c, 1, 1), chunk("VP8L", onePixel), chunk("EXIF", secret), chunk("XMP ", secret)),
			riff(vp8x(0, 1, 1), chunk("VP8L", onePixel)),
		},
		"webp: unknown": {riff(chunk("ODD ", secret+"."), chunk("VP8L", onePixel)), riff(chunk("VP8L", onePixel))},
		"webp: in a frame": {
			riff(vp8x(2, 4, 4), chunk("ANIM", "\xff\xff\xff\xff\x00\x00"), anmf(2, 2, 1, 1, chunk("VP8L", onePixel), chunk("ODD ", secret))),
			riff(vp8x(2, 4, 4), chunk("ANIM", "\xff\xff\xff\xff\x00\x00"), anmf(2, 2, 1, 1, chunk("VP8L", onePixel))),
		},
		"webp: after the end": {append(aWebP(), secret...), aWebP()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := picture.Clean(c.dirty)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(p.Data, []byte(secret)) {
				t.Error("the secret is still in it")
			}
			if !bytes.Equal(p.Data, c.clean) {
				t.Errorf("got %q\nwant %q", p.Data, c.clean)
			}
		})
	}
}

func TestCleanKeepsOfEXIFHowThePictureLies(t *testing.T) {
	t.Parallel()
	for orientation := range uint16(10) {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			dirty := after(aJPEG(t, 40, 30), 2, segment(0xe1, exif(order, orientation)))
			p, err := picture.Clean(dirty)
			if err != nil {
				t.Fatal(err)
			}
			wantWidth, kept := 40, orientation >= 2 && orientation <= 8
			if orientation >= 5 && orientation <= 8 {
				wantWidth = 30
			}
			if p.Width != wantWidth || p.Width*p.Height != 1200 {
				t.Errorf("orientation %d: shown as %d x %d", orientation, p.Width, p.Height)
			}
			value := []byte{0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, byte(orientation)}
			if bytes.Contains(p.Data, value) != kept {
				t.Errorf("orientation %d: kept is %t, want %t", orientation, !kept, kept)
			}
			if bytes.Contains(p.Data, []byte(secret)) {
				t.Error("the secret is still in it")
			}
		}
	}
}

func TestCleanRefusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	jpg, pngData, gifData := aJPEG(t, 8, 8), aPNG(t, 8, 8), aGIF(t, 8, 8)
	damaged := bytes.Clone(pngData)
	damaged[afterIHDR+12] ^= 1
	for name, data := range map[string][]byte{
		"nothing":                   nil,
		"html":                      []byte("<!doctype html><script>alert(1)</script>"),
		"svg":                       []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"html after a jpeg's start": []byte("\xff\xd8\xff<script>alert(1)</script>"),
		"html after a gif's start":  []byte("GIF89a<script>alert(1)</script>aaaaaaaaaaaaaaaaaaaaa"),
		"a jpeg without a scan":     append(bytes.Clone(jpg[:2]), "\xff\xd9"...),
		"a jpeg of two frames":      after(jpg, len(jpg)-2, segment(0xc0, "\x08\x7f\xff\x7f\xff\x01\x01\x11\x00")),
		"a damaged png":             damaged,
		"a png without pixels":      []byte("\x89PNG\r\n\x1a\n" + string(pngData[8:afterIHDR]) + pngChunk("IEND", "")),
		"a png of two headers":      after(pngData, afterIHDR, string(pngData[8:afterIHDR])),
		"a gif without frames":      append(bytes.Clone(gifData[:13]), 0x3b),
		"a webp without pixels":     riff(vp8x(0, 1, 1)),
		"a webp frame too large":    riff(vp8x(0, 1, 1), chunk("VP8L", "\x2f\xff\xff\xff\x0f\x07\x10\x11\x11\x88\x88\xfe\x07")),
		"a webp frame outside":      riff(vp8x(2, 4, 4), anmf(4, 4, 1, 1, chunk("VP8L", onePixel))),
		"a webp of two canvases":    riff(vp8x(0, 1, 1), vp8x(0, 9, 9), chunk("VP8L", onePixel)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := picture.Clean(data); !errors.Is(err, picture.ErrNotAPicture) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCleanRefusesEveryTruncation(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"jpeg": aJPEG(t, 8, 8), "png": aPNG(t, 8, 8), "gif": aGIF(t, 8, 8), "webp": aWebP(), "lossy webp": aLossyWebP(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := range data {
				if _, err := picture.Clean(data[:n]); !errors.Is(err, picture.ErrNotAPicture) {
					t.Fatalf("the first %d of %d bytes passed: %v", n, len(data), err)
				}
			}
		})
	}
}

func TestCleanRefusesWhatWouldUnfoldTooLarge(t *testing.T) {
	t.Parallel()
	bomb := func(width, height uint32) []byte {
		head := binary.BigEndian.AppendUint32(nil, width)
		head = append(binary.BigEndian.AppendUint32(head, height), 8, 2, 0, 0, 0)
		return []byte("\x89PNG\r\n\x1a\n" + pngChunk("IHDR", string(head)) + pngChunk("IDAT", "few bytes") + pngChunk("IEND", ""))
	}
	for name, c := range map[string]struct {
		data    []byte
		refused bool
	}{
		"too wide":                  {bomb(8193, 1), true},
		"too high":                  {bomb(1, 8193), true},
		"too many pixels":           {bomb(8192, 4883), true},
		"as many as allowed":        {bomb(8192, 4882), false},
		"a gif of the largest size": {append([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"...), true},
		"a webp of 16 million wide": {riff(vp8x(0, 1<<24, 1), chunk("VP8L", onePixel)), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := picture.Clean(c.data)
			if errors.Is(err, picture.ErrTooLarge) != c.refused || (!c.refused && err != nil) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// FuzzClean holds for all bytes: it ends, what it lets through is decodable,
// no longer than what came (but for the smallest EXIF), and clean.
func FuzzClean(f *testing.F) {
	for _, seed := range [][]byte{
		aJPEG(f, 8, 8), aPNG(f, 8, 8), aGIF(f, 8, 8), aWebP(), aLossyWebP(f),
		after(aJPEG(f, 8, 8), 2, segment(0xe1, exif(binary.LittleEndian, 6))),
		riff(vp8x(0x0e, 4, 4), chunk("ANIM", "\xff\xff\xff\xff\x00\x00"), anmf(2, 2, 1, 1, chunk("VP8L", onePixel)), chunk("EXIF", secret)),
		after(aPNG(f, 8, 8), afterIHDR, pngChunk("tEXt", secret)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := picture.Clean(data)
		if err != nil {
			return
		}
		if len(p.Data) > len(data)+40 {
			t.Errorf("%d bytes became %d", len(data), len(p.Data))
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(p.Data))
		if err != nil || config.Width*config.Height != p.Width*p.Height {
			t.Errorf("%d x %d, but decoded %v, %v", p.Width, p.Height, config, err)
		}
		again, err := picture.Clean(p.Data)
		if err != nil || !bytes.Equal(again.Data, p.Data) || again.Width != p.Width {
			t.Errorf("cleaning the clean changes it: %v", err)
		}
	})
}
