package review

import (
	"slices"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// scale is how many values a characteristic has, and so labels.
const scale = 5

// standardLabels are what 1 to 5 mean where a shop does not say it.
var standardLabels = map[string][]string{
	"Size":    {"A size too small", "½ a size too small", "Perfect", "½ a size too big", "A size too big"},
	"Width":   {"Too narrow", "Slightly narrow", "Perfect", "Slightly wide", "Too wide"},
	"Comfort": {"Uncomfortable", "Slightly uncomfortable", "Ok", "Comfortable", "Perfect"},
	"Quality": {"Poor", "Below average", "What I expected", "Pretty great", "Perfect"},
	"Length":  {"Runs short", "Runs slightly short", "Perfect", "Runs slightly long", "Runs long"},
	"Fit":     {"Runs tight", "Runs slightly tight", "Perfect", "Runs slightly loose", "Runs loose"},
}

// labelsOf are the labels of characteristics in one row, five of each: the shop's, or
// else the standard ones, or else empty ones. Where nobody has any there are none.
func labelsOf(names []string, own func(i int) []string) []string {
	flat, labeled := make([]string, 0, scale*len(names)), false
	for i, name := range names {
		labels := own(i)
		if len(labels) == 0 {
			labels = standardLabels[name]
		}
		if len(labels) == 0 {
			labels = make([]string, scale)
		} else {
			labeled = true
		}
		flat = append(flat, labels...)
	}
	if !labeled {
		return []string{}
	}
	return flat
}

// toCharacteristics are a product's characteristics as messages carry them.
func toCharacteristics(ids []uuid.UUID, names, labels []string) []*reviewv1.Characteristic {
	shown := make([]*reviewv1.Characteristic, len(ids))
	for i, characteristic := range ids {
		shown[i] = &reviewv1.Characteristic{Id: characteristic.String(), Name: names[i]}
		if from := i * scale; from+scale <= len(labels) && labels[from] != "" {
			shown[i].Labels = slices.Clone(labels[from : from+scale])
		}
	}
	return shown
}
