package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/cxapi"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

var update = flag.Bool("update", false, "write the template anew")

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// The kernel behind jsii answers one caller at a time, so these tests run one after
// another, on one stack.
func TestTheStack(t *testing.T) {
	app := newApp()
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: jsii.Bool(true)}), nil)
	t.Run("is the committed template", func(t *testing.T) {
		text, err := synthesise(app)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(templatePath, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(templatePath)
		if err != nil || !bytes.Equal(text, committed) {
			t.Errorf("cdk/template.json is not what the stack says (%v): run `make generate`", err)
		}
	})
	stack, _ := app.Node().FindChild(jsii.String("Throng")).(awscdk.Stack)
	found := assertions.Annotations_FromStack(stack)
	rules := assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))
	t.Run("keeps the rules of cdk-nag", func(t *testing.T) {
		for _, list := range []*[]*cxapi.SynthesisMessage{found.FindError(jsii.String("*"), rules), found.FindWarning(jsii.String("*"), rules)} {
			for _, m := range *list {
				t.Errorf("%s: %v", *m.Id, m.Entry.Data)
			}
		}
	})
}
