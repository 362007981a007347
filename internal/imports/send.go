package imports

import (
	"context"
	"errors"
	"io"

	"connectrpc.com/connect"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
)

type followsStream = connect.ClientStreamForClientSimple[graphv1.ImportFollowsRequest, graphv1.ImportFollowsResponse]

// send carries messages over one stream after the other.
func (im *followsImport) send(ctx context.Context, in <-chan message) error {
	for {
		first, ok := <-in
		if !ok {
			return nil
		}
		stream, err := im.Client.Graph.ImportFollows(ctx)
		if err != nil {
			return err
		}
		if err := im.fill(stream, first, in); err != nil {
			return err
		}
	}
}

// fill sends messages until the stream is full or there are no more, and takes
// the server's answer.
func (im *followsImport) fill(stream *followsStream, m message, in <-chan message) error {
	for rows := 0; ; {
		// The server's refusal of a stream comes with the answer.
		if err := stream.Send(m.rows); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		im.progress.At(len(m.rows.GetRows()), m.offset)
		if rows += len(m.rows.GetRows()); rows >= streamRows {
			break
		}
		var ok bool
		if m, ok = <-in; !ok {
			break
		}
	}
	answer, err := stream.CloseAndReceive()
	if err != nil {
		return err
	}
	im.add(answer)
	return nil
}

func (im *followsImport) add(a *graphv1.ImportFollowsResponse) {
	im.mu.Lock()
	defer im.mu.Unlock()
	im.summary.AccountsCreated += a.GetAccountsCreated()
	im.summary.FollowsCreated += a.GetFollowsCreated()
	im.summary.Refused += a.GetRefused()
	for _, r := range a.GetRefusals() {
		im.progress.Sayf("line %d: refused, %s", r.GetLine(), r.GetReason())
	}
}
