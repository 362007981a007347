package dynamotest

import (
	"encoding/json"
	"math/rand/v2"
)

// split takes about half of a batch's parts out of it. It answers what is left to
// send, nil if nothing is, and what is to be answered as undone.
func split(body []byte, dice *rand.Rand) ([]byte, map[string]json.RawMessage) {
	var in map[string]json.RawMessage
	var tables map[string]json.RawMessage
	if json.Unmarshal(body, &in) != nil || json.Unmarshal(in["RequestItems"], &tables) != nil {
		return body, nil
	}
	left := map[string]json.RawMessage{}
	for table, parts := range tables {
		now, later := halve(parts, dice)
		if later != nil {
			left[table] = later
		}
		if now == nil {
			delete(tables, table)
			continue
		}
		tables[table] = now
	}
	if len(tables) == 0 {
		return nil, left
	}
	in["RequestItems"] = encode(tables)
	return encode(in), left
}

// halve parts a list of writes, or the keys of a read.
func halve(parts json.RawMessage, dice *rand.Rand) (now, later json.RawMessage) {
	var writes []json.RawMessage
	if json.Unmarshal(parts, &writes) == nil {
		some, others := deal(writes, dice)
		return encodeAny(some), encodeAny(others)
	}
	var read map[string]json.RawMessage
	var keys []json.RawMessage
	if json.Unmarshal(parts, &read) != nil || json.Unmarshal(read["Keys"], &keys) != nil {
		return parts, nil
	}
	some, others := deal(keys, dice)
	return withKeys(read, some), withKeys(read, others)
}

func deal(all []json.RawMessage, dice *rand.Rand) (some, others []json.RawMessage) {
	for _, part := range all {
		if dice.IntN(2) == 0 {
			some = append(some, part)
		} else {
			others = append(others, part)
		}
	}
	return some, others
}

func withKeys(read map[string]json.RawMessage, keys []json.RawMessage) json.RawMessage {
	if len(keys) == 0 {
		return nil
	}
	read["Keys"] = encode(keys)
	return encode(read)
}

func encodeAny(list []json.RawMessage) json.RawMessage {
	if len(list) == 0 {
		return nil
	}
	return encode(list)
}

// merge adds what was left undone to an answer.
func merge(answer []byte, field string, left map[string]json.RawMessage) []byte {
	if len(left) == 0 {
		return answer
	}
	var out map[string]json.RawMessage
	if json.Unmarshal(answer, &out) != nil {
		return answer
	}
	out[field] = encode(left)
	return encode(out)
}

// encode writes what was JSON before.
func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic("dynamotest: " + err.Error())
	}
	return text
}
