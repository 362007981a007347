package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// templatePath is seen from this folder.
const templatePath = "../template.json"

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write() error {
	defer jsii.Close()
	text, err := synthesise(newApp())
	if err != nil {
		return err
	}
	return os.WriteFile(templatePath, text, 0o644)
}

func newApp() awscdk.App {
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	newStack(app)
	return app
}

// synthesise gives the template in the form in which it is committed: the same stack
// is always the same text.
func synthesise(app awscdk.App) ([]byte, error) {
	template := app.Synth(nil).GetStackByName(jsii.String("Throng")).Template()
	text := &bytes.Buffer{}
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(template)
	return text.Bytes(), err
}
