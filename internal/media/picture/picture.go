// Package picture checks pictures by their content and takes out of them what
// says more than the picture: where and when it was made, with what, by whom.
//
// Clean finds the type by the first bytes, walks the structure of the file from
// start to end and copies what is needed to show it, byte for byte: nothing is
// decoded and encoded again, so no quality is lost and a picture that would
// unfold to gigabytes costs nothing. What is copied is a list of known parts;
// everything else (EXIF, XMP, IPTC, comments, texts, thumbnails, whatever follows
// the end) is left out. Of EXIF the orientation stays, since without it pictures
// of phones lie on their side; colour profiles stay.
//
// A file that ends early, whose parts contradict one another, or whose header the
// decoders of Go do not read is no picture. The walkers take any bytes: they are
// fuzzed.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// The types, as MIME names them.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	GIF  = "image/gif"
	WebP = "image/webp"
)

const (
	// MaxSide is the greatest width and height in pixels.
	MaxSide = 8192
	// MaxPixels is the greatest product of the two.
	MaxPixels = 40_000_000
)

var (
	// ErrNotAPicture is the cause of every error about the structure.
	ErrNotAPicture = errors.New("this is not a picture")
	// ErrTooLarge is for dimensions over the bounds, or of zero.
	ErrTooLarge = errors.New("the picture has too many pixels")
)

// Picture is a checked and cleaned picture.
type Picture struct {
	Type string
	// Width and Height are as it is shown, upright.
	Width, Height int
	Data          []byte
}

// Sniff tells the type by the first bytes; "" is none of the four.
func Sniff(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(data, []byte(pngSignature)):
		return PNG
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return GIF
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return WebP
	}
	return ""
}

// cleaned is what a walker makes of a file.
type cleaned struct {
	data []byte
	// sideways says that the picture is shown turned by a quarter.
	sideways bool
}

type format struct {
	clean  func([]byte) (cleaned, error)
	config func(io.Reader) (image.Config, error)
}

var formats = map[string]format{
	JPEG: {cleanJPEG, jpeg.DecodeConfig},
	PNG:  {cleanPNG, png.DecodeConfig},
	GIF:  {cleanGIF, gif.DecodeConfig},
	WebP: {cleanWebP, webp.DecodeConfig},
}

// Clean checks a file of any type. Its answer shares no memory with data.
func Clean(data []byte) (Picture, error) {
	kind := Sniff(data)
	f, ok := formats[kind]
	if !ok {
		return Picture{}, malformed("no known type")
	}
	c, err := f.clean(data)
	if err != nil {
		return Picture{}, err
	}
	config, err := f.config(bytes.NewReader(c.data))
	if err != nil {
		return Picture{}, malformed("%v", err)
	}
	if !fits(config.Width, config.Height) {
		return Picture{}, ErrTooLarge
	}
	p := Picture{Type: kind, Width: config.Width, Height: config.Height, Data: c.data}
	if c.sideways {
		p.Width, p.Height = p.Height, p.Width
	}
	return p, nil
}

func fits(width, height int) bool {
	return width > 0 && height > 0 && width <= MaxSide && height <= MaxSide && width*height <= MaxPixels
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotAPicture, fmt.Sprintf(format, args...))
}

var errTruncated = malformed("it ends early")

// reader takes a file apart from front to back.
type reader struct {
	data []byte
	at   int
}

// take reads n bytes.
func (r *reader) take(n int) ([]byte, error) {
	if n < 0 || n > len(r.data)-r.at {
		return nil, errTruncated
	}
	b := r.data[r.at : r.at+n]
	r.at += n
	return b, nil
}

func (r *reader) next() (byte, error) {
	b, err := r.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// since is what was read from a place on.
func (r *reader) since(start int) []byte { return r.data[start:r.at] }

func (r *reader) done() bool { return r.at >= len(r.data) }
