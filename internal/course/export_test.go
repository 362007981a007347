package course

// What tests look at from outside.
var (
	TextKey   = textKey
	PackIDs   = packIDs
	UnpackIDs = unpackIDs
)

// SetMostSections bounds the sections that are looked for at once anew, while none is.
func (s *Service) SetMostSections(n int) { s.sections = make(chan struct{}, n) }
