// Package main declares what a deployment on AWS consists of.
//
// `go run .` writes ../template.json, which is committed: everything else takes its
// tables, topics, queues and buckets from there, the emulators of tests and of
// `throng dev` included. A test here holds that the file is what the stack says, and
// that the rules of cdk-nag are kept. Names begin with the parameter Prefix, so that
// several deployments fit into one account.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// stack is the first part of a deployment: all that keeps data or messages.
type stack struct {
	scope  awscdk.Stack
	prefix awscdk.CfnParameter
}

func newStack(scope constructs.Construct) *stack {
	s := &stack{scope: awscdk.NewStack(scope, jsii.String("Throng"), &awscdk.StackProps{
		Description: jsii.String("Throng: tables, topics, queues and buckets"),
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{GenerateBootstrapVersionRule: jsii.Bool(false)}),
	})}
	s.prefix = awscdk.NewCfnParameter(s.scope, jsii.String("Prefix"), &awscdk.CfnParameterProps{
		Type:           jsii.String("String"),
		Default:        jsii.String("throng-"),
		AllowedPattern: jsii.String("^[a-z][a-z0-9-]{0,30}-$"),
		Description:    jsii.String("What the names of all resources begin with; THRONG_AWS_PREFIX of the processes."),
	})
	s.tables()
	s.queues()
	s.bucket()
	return s
}

// name is that of a resource in this deployment.
func (s *stack) name(of string) *string {
	return awscdk.Fn_Join(jsii.String(""), &[]*string{s.prefix.ValueAsString(), jsii.String(of)})
}
