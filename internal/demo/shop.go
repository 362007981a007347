package demo

import (
	"context"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

// opinion is somebody's review; its values are of the product's characteristics, in
// their order.
type opinion struct {
	handle        string
	rating        int32
	summary, body string
	values        []int32
}

type product struct {
	key, name       string
	characteristics []*reviewv1.NewCharacteristic
	opinions        []opinion
}

var jacket = product{
	key: "demo-jacket", name: "River jacket",
	characteristics: []*reviewv1.NewCharacteristic{
		{Name: "Fit", Labels: []string{"Too tight", "A little tight", "As it should", "A little wide", "Too wide"}},
		{Name: "Comfort", Labels: []string{"Scratches", "Bearable", "Fine", "Soft", "As if not there"}},
		{Name: "Keeps water out"},
	},
	opinions: []opinion{
		{"ben", 5, "Dry for once", "Three mornings at the weir, two of them in the rain. The jacket was dry inside; the camera was not, but that is not its fault.", []int32{3, 4, 5}},
		{"chloe", 4, "Good, but wide", "I carry flour under it, so I do not mind the width. The pockets are where pockets should be.", []int32{4, 4, 4}},
		{"dev", 2, "The zip", "Everything about it is right but the zip, which I have now replaced by another zip.", []int32{3, 3, 4}},
	},
}

// wheels is what the reviews of the course are of.
var wheels = product{
	key: "demo-wheels", name: "Wheel building, the course",
	characteristics: []*reviewv1.NewCharacteristic{
		{Name: "Pace", Labels: []string{"Too slow", "Slow", "Right", "Fast", "Too fast"}},
	},
	opinions: []opinion{
		{Handle, 5, "I ride on it", "My first wheel has done 300 km. I check it each morning and it is still round.", []int32{3}},
		{Operator, 4, "More spokes than I thought", "Patient teachers. Bring an afternoon more than it says.", []int32{4}},
	},
}

// sell offers a product, has it reviewed, and answers its id.
func sell(ctx context.Context, organizer *throng.Client, p product, clients map[string]*throng.Client) (string, error) {
	res, err := organizer.Reviews.CreateProduct(ctx, &reviewv1.CreateProductRequest{Key: p.key, Name: p.name, Characteristics: p.characteristics})
	if err != nil {
		return "", err
	}
	made := res.GetProduct()
	for _, o := range p.opinions {
		req := &reviewv1.CreateReviewRequest{
			ProductId: made.GetId(), Rating: o.rating, Summary: o.summary, Body: o.body, Recommend: o.rating > 2, IdempotencyKey: p.key + "-review",
		}
		for i, c := range made.GetCharacteristics() {
			req.Values = append(req.Values, &reviewv1.CharacteristicValue{CharacteristicId: c.GetId(), Value: o.values[i]})
		}
		if _, err := clients[o.handle].Reviews.CreateReview(ctx, req); err != nil {
			return "", err
		}
	}
	return made.GetId(), nil
}
