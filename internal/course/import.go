package course

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// maxImports is how many streams are imported at once in a process.
	maxImports = 4
	// queuedMessages is how many messages may be read while one is stored.
	queuedMessages = 2
	// maxRefusals is how many refused courses are named.
	maxRefusals = 100
)

// ImportCourses implements coursev1connect.CourseServiceHandler.
//
// One stage reads messages and checks them, one stores them. A slow one holds up the
// other, down to the client. When one fails, both end, and what was stored before
// stays.
func (s *Service) ImportCourses(ctx context.Context, stream *connect.ClientStream[coursev1.ImportCoursesRequest]) (*coursev1.ImportCoursesResponse, error) {
	select {
	case s.imports <- struct{}{}:
		defer func() { <-s.imports }()
	default:
		return nil, fault.New(fault.Exhausted, "imports_busy", "too many imports are under way").After(5 * time.Second)
	}
	stages, ctx := errgroup.WithContext(ctx)
	messages := make(chan *coursev1.ImportCoursesRequest, queuedMessages)
	storing := importer{service: s, answer: &coursev1.ImportCoursesResponse{}}
	stages.Go(func() error { return storing.run(ctx, messages) })

	err := receive(ctx, stream, messages)
	close(messages)
	if failed := stages.Wait(); failed != nil {
		return nil, failed
	}
	return storing.answer, err
}

// receive hands on what the client sends, until it closes the stream.
func receive(ctx context.Context, stream *connect.ClientStream[coursev1.ImportCoursesRequest], out chan<- *coursev1.ImportCoursesRequest) error {
	for stream.Receive() {
		select {
		case out <- stream.Msg():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return stream.Err()
}

// importer stores the messages of a stream.
type importer struct {
	service *Service
	answer  *coursev1.ImportCoursesResponse
}

func (im *importer) run(ctx context.Context, in <-chan *coursev1.ImportCoursesRequest) error {
	for m := range in {
		b, err := im.keep(ctx, m)
		if err != nil {
			return err
		}
		im.answer.Instructors += int64(len(m.GetInstructors()))
		im.answer.InstructorsCreated += int64(len(b.instructors))
		im.answer.Courses += int64(len(m.GetCourses()))
		im.answer.CoursesCreated += int64(len(b.courses))
		im.answer.AssistantsCreated += int64(len(b.assistants))
		im.answer.Refused += int64(len(b.refused))
		im.answer.Refusals = append(im.answer.Refusals, b.refused[:min(len(b.refused), maxRefusals-len(im.answer.GetRefusals()))]...)
	}
	return nil
}

// storeTries is for messages of which somebody else adds a part at the same time.
const storeTries = 5

// keep stores a message and answers what was new of it. Rows are copied in, which
// fails where another stream has added one since they were looked for. Then it does
// so again while no other stream stores anything.
func (im *importer) keep(ctx context.Context, m *coursev1.ImportCoursesRequest) (*importBatch, error) {
	for try := 1; ; try++ {
		b, err := im.store(ctx, m, try > 1)
		if err == nil || !fault.Is(err, fault.Exists) || try == storeTries {
			return b, err
		}
	}
}
