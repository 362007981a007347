package course

// What tests look at from outside.
var (
	TextKey   = textKey
	PackIDs   = packIDs
	UnpackIDs = unpackIDs
)

// SetMostSections bounds the sections of each name that are looked for at once anew, while none is.
func (s *Service) SetMostSections(n int) { s.sections = newPlaces(n) }
