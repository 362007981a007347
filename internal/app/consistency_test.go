package app_test

import (
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// forgetful is the same account with a client that never sends a position.
func (d deployment) forgetful(p *person) *person {
	return d.personVia(&memory{token: p.tokens.GetAccessToken(), forget: true})
}

// sees tells whether a read finds the post.
func (p *person) sees(t *testing.T, post string) bool {
	t.Helper()
	_, err := p.posts.GetPost(t.Context(), &postv1.GetPostRequest{PostId: post})
	if err != nil && connect.CodeOf(err) != connect.CodeNotFound {
		t.Fatal(err)
	}
	return err == nil
}

func TestReadsWithATokenSeeTheWriteWhileAReplicaStandsStill(t *testing.T) {
	t.Parallel()
	db := pgtest.NewReplicated(t, 1)
	d := deploy(t, db, seams[0])
	ann := d.signUp(t)
	forgetful := d.forgetful(ann)
	ann.post(t, "warm")
	if err := db.Server.PauseReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		post := ann.post(t, "new")
		if forgetful.sees(t, post) {
			t.Fatal("a read without a token is not stale: it did not go to the replica")
		}
		if !ann.sees(t, post) {
			t.Fatal("a read with the token is stale")
		}
	}
	if err := db.Server.ResumeReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

func TestFiveHundredWritesAreEachSeenByTheNextRead(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.NewReplicated(t, 1), seams[0])
	ann := d.signUp(t)
	for range 500 {
		if post := ann.post(t, "new"); !ann.sees(t, post) {
			t.Fatal("a read with the token is stale")
		}
	}
}

func TestReadsNeverGoBackwardsOverTwoReplicas(t *testing.T) {
	t.Parallel()
	db := pgtest.NewReplicated(t, 2)
	for _, seam := range seams {
		t.Run(seam, func(t *testing.T) {
			d := deploy(t, db, seam)
			ann := d.signUp(t)
			stop := make(chan struct{})
			var writer sync.WaitGroup
			writer.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					ann.post(t, "one more")
				}
			})
			var readers sync.WaitGroup
			for range 4 {
				readers.Go(func() { d.watchBackwards(t, ann.id) })
			}
			readers.Wait()
			close(stop)
			writer.Wait()
		})
	}
}

// watchBackwards reads the newest post again and again, as somebody who sends
// the position of his last read and of nothing else.
func (d deployment) watchBackwards(t *testing.T, author string) {
	reader := d.stranger()
	newest := ""
	for range 300 {
		res, err := reader.posts.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: author, PageSize: 1})
		if err != nil {
			t.Error(err)
			return
		}
		if len(res.GetPosts()) == 0 {
			continue
		}
		got := res.GetPosts()[0].GetId()
		if got < newest {
			t.Errorf("a read answers %s after one that answered %s", got, newest)
			return
		}
		newest = got
	}
}

func TestProfilesAreReadOnesOwnWriteThroughTheCache(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.NewReplicated(t, 1), seams[0])
	ann, bob := d.signUp(t), d.signUp(t)
	for range 100 {
		bio := uuid.NewString()
		if _, err := ann.users.UpdateProfile(t.Context(), &userv1.UpdateProfileRequest{Bio: &bio}); err != nil {
			t.Fatal(err)
		}
		for _, reader := range []*person{ann, bob} {
			res, err := reader.users.GetUser(t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: ann.id}})
			if err != nil {
				t.Fatal(err)
			}
			if reader == ann && res.GetUser().GetBio() != bio {
				t.Fatal("one's own write is not seen")
			}
		}
	}
}

func TestAMadeUpPositionHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.NewReplicated(t, 1), seams[0])
	ann := d.signUp(t)
	liar := &memory{}
	liar.hold(consistency.Position{Log: 1<<64 - 1, Clock: 1<<64 - 1})
	read := func(p *person) {
		t.Helper()
		if _, err := p.users.BatchGetUsers(t.Context(), &userv1.BatchGetUsersRequest{Ids: []string{ann.id}}); err != nil {
			t.Fatal(err)
		}
	}
	read(d.personVia(liar))
	honest := &memory{}
	read(d.personVia(honest))
	if p := honest.held(); p.Log == 0 || p.Log > 1<<62 || p.Clock > 1<<62 {
		t.Fatalf("somebody else is answered the position %d", p)
	}
}
