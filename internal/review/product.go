package review

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
)

var (
	errNoProduct      = fault.New(fault.NotFound, "product_not_found", "this product does not exist")
	errProductDiffers = fault.New(fault.Exists, "product_differs", "there is another product with this key")
)

// CreateProduct implements ReviewService.
func (s *Service) CreateProduct(ctx context.Context, req *reviewv1.CreateProductRequest) (*reviewv1.CreateProductResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	p := newProduct(req)
	row, err := s.q.InsertProduct(ctx, s.db.Writer(ctx), p)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.productAsMade(ctx, p)
	case err != nil:
		return nil, err
	}
	made := reviewdb.ReviewProduct{ID: row.ID, Key: p.Key, Name: p.Name, CharacteristicIds: row.CharacteristicIds, Characteristics: p.Characteristics, Labels: p.Labels}
	return &reviewv1.CreateProductResponse{Product: toProduct(&made)}, nil
}

func newProduct(req *reviewv1.CreateProductRequest) reviewdb.InsertProductParams {
	names := make([]string, len(req.GetCharacteristics()))
	for i, c := range req.GetCharacteristics() {
		names[i] = c.GetName()
	}
	return reviewdb.InsertProductParams{
		Key: req.GetKey(), Name: req.GetName(), NameKey: nameKey(req.GetName()), Characteristics: names,
		Labels: labelsOf(names, func(i int) []string { return req.GetCharacteristics()[i].GetLabels() }),
	}
}

// nameKey is what names are listed and found by, whatever their case: composed
// (NFC), so that one word has one spelling, with single blanks between words.
func nameKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(name)), " "))
}

// productAsMade is the product whose key a new one has, if they say the same.
func (s *Service) productAsMade(ctx context.Context, p reviewdb.InsertProductParams) (*reviewv1.CreateProductResponse, error) {
	row, err := s.q.FindProductByKey(ctx, s.db.Writer(ctx), p.Key)
	if err != nil {
		return nil, err
	}
	if row.Name != p.Name || !slices.Equal(row.Characteristics, p.Characteristics) || !slices.Equal(row.Labels, p.Labels) {
		return nil, errProductDiffers
	}
	return &reviewv1.CreateProductResponse{Product: toProduct(&row)}, nil
}

// GetProduct implements ReviewService.
func (s *Service) GetProduct(ctx context.Context, req *reviewv1.GetProductRequest) (*reviewv1.GetProductResponse, error) {
	if req.GetKey() != "" {
		row, err := s.q.FindProductByKey(ctx, s.db.Reader(ctx), req.GetKey())
		if err != nil {
			return nil, ofProduct(err)
		}
		return &reviewv1.GetProductResponse{Product: toProduct(&row)}, nil
	}
	productID, err := id.Parse("product_id", req.GetProductId())
	if err != nil {
		return nil, err
	}
	p, exists, err := s.products.Get(ctx, productID, s.loadProducts)
	if err == nil && !exists {
		err = errNoProduct
	}
	return &reviewv1.GetProductResponse{Product: p}, err
}

// product is what a write asks of a product. As those stay as they are, one that was
// found at any time is true; one that was not is looked for at the writer.
func (s *Service) product(ctx context.Context, productID uuid.UUID) (*reviewv1.Product, error) {
	anew, _ := consistency.Begin(ctx, consistency.Position{})
	p, exists, err := s.products.Get(anew, productID, s.loadProducts)
	if err != nil || exists {
		return p, err
	}
	rows, err := s.q.LoadProducts(ctx, s.db.Writer(ctx), []uuid.UUID{productID})
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, errNoProduct
	}
	return toProduct(&rows[0]), nil
}

func (s *Service) loadProducts(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*reviewv1.Product, error) {
	rows, err := s.q.LoadProducts(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]*reviewv1.Product, len(rows))
	for i := range rows {
		found[rows[i].ID] = toProduct(&rows[i])
	}
	return found, err
}

// ListProducts implements ReviewService.
func (s *Service) ListProducts(ctx context.Context, req *reviewv1.ListProductsRequest) (*reviewv1.ListProductsResponse, error) {
	prefix := nameKey(req.GetPrefix())
	list := "products/" + prefix
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{})
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	rows, err := s.q.ListProducts(ctx, s.db.Reader(ctx), reviewdb.ListProductsParams{
		Prefix: prefix, AfterID: after.ID, PageLimit: int32(size) + 1, //nolint:gosec // a page size
		// All keys that begin with the prefix are before this one, byte by byte.
		PrefixEnd: prefix + string(utf8.MaxRune),
	})
	if err != nil {
		return nil, err
	}
	res := &reviewv1.ListProductsResponse{}
	if len(rows) > size {
		rows = rows[:size]
		res.NextPageToken = s.pages.Seal(list, page.Cursor{ID: rows[size-1].ID})
	}
	for i := range rows {
		res.Products = append(res.Products, toProduct(&rows[i]))
	}
	return res, nil
}

func toProduct(row *reviewdb.ReviewProduct) *reviewv1.Product {
	return &reviewv1.Product{
		Id: row.ID.String(), Key: row.Key, Name: row.Name,
		Characteristics: toCharacteristics(row.CharacteristicIds, row.Characteristics, row.Labels),
	}
}

// ofProduct says that a product is not there.
func ofProduct(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoProduct.Because(err)
	}
	return err
}
