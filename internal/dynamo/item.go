package dynamo

import (
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Names of attributes that this package knows.
const (
	attrPK = "pk"
	attrSK = "sk"
	// attrStamp is when an item was written, by Stamp.
	attrStamp = "w"
	// attrExpiry is when an item ends, in seconds since 1970. DynamoDB deletes it some
	// time after; reads do not show it from then on.
	attrExpiry = "ttl"
)

// Key names an item in its table.
type Key struct{ PK, SK string }

func (k Key) attributes() Item { return Item{attrPK: S(k.PK), attrSK: S(k.SK)} }

// Value is what an attribute holds.
type Value = types.AttributeValue

// Item is what is stored under a key: attributes by name.
type Item map[string]Value

// S is a string.
func S(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

// N is a number.
func N[T ~int | ~int32 | ~int64 | ~uint64](n T) *types.AttributeValueMemberN {
	if n < 0 {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
	}
	return &types.AttributeValueMemberN{Value: strconv.FormatUint(uint64(n), 10)}
}

// B is a string of bytes.
func B(b []byte) *types.AttributeValueMemberB { return &types.AttributeValueMemberB{Value: b} }

// Bool is a truth value.
func Bool(v bool) *types.AttributeValueMemberBOOL { return &types.AttributeValueMemberBOOL{Value: v} }

// F is a number with a fraction, of about 15 digits.
func F(f float64) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatFloat(f, 'g', -1, 64)}
}

// Strings is a list of strings.
func Strings(ss []string) *types.AttributeValueMemberL {
	list := make([]Value, len(ss))
	for i, s := range ss {
		list[i] = S(s)
	}
	return &types.AttributeValueMemberL{Value: list}
}

// Key is the item's own.
func (i Item) Key() Key { return Key{i.Str(attrPK), i.Str(attrSK)} }

// Has tells whether there is an attribute of that name.
func (i Item) Has(name string) bool { return i[name] != nil }

// Str reads a string; "" where there is none.
func (i Item) Str(name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// Int reads a whole number; 0 where there is none.
func (i Item) Int(name string) int64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		n, _ := strconv.ParseInt(v.Value, 10, 64)
		return n
	}
	return 0
}

// Float reads a number; 0 where there is none.
func (i Item) Float(name string) float64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		f, _ := strconv.ParseFloat(v.Value, 64)
		return f
	}
	return 0
}

// Bytes reads a string of bytes; nil where there is none.
func (i Item) Bytes(name string) []byte {
	if v, ok := i[name].(*types.AttributeValueMemberB); ok {
		return v.Value
	}
	return nil
}

// Bool reads a truth value; false where there is none.
func (i Item) Bool(name string) bool {
	v, ok := i[name].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}

// Strings reads a list of strings; nil where there is none.
func (i Item) Strings(name string) []string {
	list, ok := i[name].(*types.AttributeValueMemberL)
	if !ok {
		return nil
	}
	ss := make([]string, 0, len(list.Value))
	for _, v := range list.Value {
		if s, ok := v.(*types.AttributeValueMemberS); ok {
			ss = append(ss, s.Value)
		}
	}
	return ss
}

// Written is the stamp that the item carries; 0 where it carries none.
func (i Item) Written() Stamp {
	return Stamp(max(0, i.Int(attrStamp)))
}

// with gives an item its key.
func (i Item) with(k Key) Item {
	full := make(Item, len(i)+2)
	maps.Copy(full, i)
	full[attrPK], full[attrSK] = S(k.PK), S(k.SK)
	return full
}

// ended tells whether the item's time is over, though it may still be stored.
func (i Item) ended(now time.Time) bool {
	return i.Has(attrExpiry) && i.Int(attrExpiry) <= now.Unix()
}
