package deployment

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

// tokenLife is longer than any run.
const tokenLife = 24 * time.Hour

// Administrator makes an account of an operator, and answers its access token.
func (d *Deployment) Administrator(ctx context.Context, handle string) (token string, err error) {
	_, err = throng.New(d.Base).Users.Register(ctx, &userv1.RegisterRequest{Email: handle + "@example.org", Handle: handle, Password: uuid.NewString()})
	if err != nil {
		return "", err
	}
	if err := d.operator.SetRole(ctx, handle, "admin"); err != nil {
		return "", err
	}
	return d.Token(ctx, handle)
}

// Token is an account's, which outlives the run.
func (d *Deployment) Token(ctx context.Context, handle string) (string, error) {
	return d.operator.Token(ctx, handle, tokenLife)
}

var (
	differences = regexp.MustCompile(`(?m)^(\w+): (\d+) differences$`)
	errSilent   = errors.New("the recount did not tell how many differences there are")
)

// Recount compares a noun of the deployment with its definition, as `throng recount` does,
// and answers how many differences there are; some are no error.
func (d *Deployment) Recount(ctx context.Context, noun string) (int, error) {
	var out strings.Builder
	err := d.operator.Recount(ctx, noun, &out)
	for _, told := range differences.FindAllStringSubmatch(out.String(), -1) {
		if told[1] == noun {
			return strconv.Atoi(told[2])
		}
	}
	return 0, errors.Join(errSilent, err)
}
