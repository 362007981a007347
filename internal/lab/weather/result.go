package weather

import (
	"errors"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Result is what was found. Times are in milliseconds unless their name says otherwise.
type Result struct {
	Config  Config          `json:"config"`
	Machine process.Machine `json:"machine"`
	// LoadAfter is how many processes wanted to run in the last minute of it all.
	LoadAfter string    `json:"loadAfter"`
	Began     time.Time `json:"began"`
	// Problems are what is not as it must be, apart from how long things took.
	Problems []string `json:"problems"`
	// Places and Observations are how many there are to ask of.
	Places       int `json:"places"`
	Observations int `json:"observations"`
	// Loaded is how the set came in; null where it was there already.
	Loaded *Loaded `json:"loaded"`
	// Open is the open model, Mixes are those of users who think, and Most of those who
	// do not.
	Open   Stretch   `json:"open"`
	Mixes  []Stretch `json:"mixes"`
	Most   []Stretch `json:"most"`
	Checks Checks    `json:"checks"`
}

// Loaded is an import through the API, into an empty deployment with all its indexes.
type Loaded struct {
	Places       int64   `json:"places"`
	Observations int64   `json:"observations"`
	Seconds      float64 `json:"seconds"`
}

// Stretch is one measurement, from when all its users were there.
type Stretch struct {
	// Calls count from when each was due in the open model, and else from the sending.
	load.Calls

	// Users is how many there were; 0 in the open model.
	Users int `json:"users"`
	// Rate is calls that went well a second.
	Rate float64 `json:"rate"`
	// Coming is what became of calls before all users were there.
	Coming map[string]int64 `json:"coming,omitempty"`
	// Late is how much later than due the generator began calls.
	Late    load.Late      `json:"generatorLate"`
	CPU     deployment.CPU `json:"cpu"`
	Samples []Sample       `json:"samples"`
}

// refused is how many the server refused to protect itself, and failed how many went wrong
// otherwise.
func (s Stretch) refused() int64 { return s.Outcomes[load.Refused.String()] }
func (s Stretch) failed() int64  { return s.Errors() - s.refused() }

// Checks is what answers were held to.
type Checks struct {
	// Answers were checked, all that there were, against so many Values of the file.
	Answers int64 `json:"answers"`
	Values  int64 `json:"values"`
	// Differences is what a recount of the deployment's weather found; null without one.
	Differences *int `json:"differences"`
}

// errProblems is the error of a result with problems.
var errProblems = errors.New("not everything is as it should be: see the problems in the report")

// Check says what is not as it must be: anything is wrong or an error, or 99 of 100 answers
// in the open model took longer than a limit, if that is above 0.
func (r Result) Check(limit time.Duration) error {
	var errs []error
	if len(r.Problems) > 0 {
		errs = append(errs, errProblems)
	}
	if most := load.Milliseconds(limit); limit > 0 && r.Open.P99 > most {
		errs = append(errs, fmt.Errorf("%s: 99%% took up to %.1f ms, more than %.0f", r.Open.Name, r.Open.P99, most))
	}
	return errors.Join(errs...)
}
