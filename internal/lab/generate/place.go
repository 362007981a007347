package generate

import "strings"

// Names of places are of three parts. That no two are alike is held by a test.
var (
	placeHeads = strings.Fields(`Al Ash Ban Bel Bor Bran Cal Car Cor Dal Dar Del Dor El Fal Fen Gar Glen Hal Har Hol Kal Ken Kir Lan Lor Mal Mar Mel Mor
		Nar Nor Ol Or Pal Per Quin Ral Ros Sal San Sel Tal Tar Tor Ul Val Var Wal Wor`)
	placeMiddles = strings.Fields(`a abe aco ada ale ama ana ara ase ava e eba ela ema ena era esa eva i iba ica ida ila ima ina ira isa iva o oba oca oda
		ola oma ona ora osa ova u uba uca uda ula uma una ura usa uva y ya`)
	placeTails = strings.Fields(`bach berg bourne bridge burgh bury by chester dale den dorf field ford gate ham haven heim hill holm hurst kirk land leigh
		ley lund marsh mere minster mouth nau ness pool port ridge rock sea shaw stad stead sted stone stow thorpe ton town vale view ville wick worth`)
)

// placeStep has no factor in common with the number of names: it mixes them.
const placeStep = 61_803

// placeName is the name of a place.
func placeName(place int64) string {
	n := int(place * placeStep % MostPlaces)
	heads, middles := len(placeHeads), len(placeMiddles)
	return placeHeads[n%heads] + placeMiddles[n/heads%middles] + placeTails[n/heads/middles]
}
