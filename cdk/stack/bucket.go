package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

const (
	// quarantine is where uploads wait until they are checked; internal/media moves
	// or removes them within hours.
	quarantine     = "quarantine/"
	quarantineDays = 2
	// corsSeconds is how long browsers remember that they may upload.
	corsSeconds = 3600
)

// bucket is where pictures are. Browsers put them there by signed URLs, which are the
// only way in; the services answer them.
func (s *stack) bucket() {
	origins := awscdk.NewCfnParameter(s.scope, jsii.String("WebOrigins"), &awscdk.CfnParameterProps{
		Type:        jsii.String("CommaDelimitedList"),
		Default:     jsii.String("https://throng.example"),
		Description: jsii.String("Web origins whose pages may upload pictures."),
	})
	bucket := awss3.NewBucket(s.scope, jsii.String("MediaBucket"), &awss3.BucketProps{
		BucketName: awscdk.Fn_Join(jsii.String(""), &[]*string{
			s.prefix.ValueAsString(), jsii.String("media-"), awscdk.Aws_ACCOUNT_ID(),
		}),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Cors: &[]*awss3.CorsRule{{
			AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_PUT},
			AllowedOrigins: origins.ValueAsList(),
			AllowedHeaders: jsii.Strings("*"),
			MaxAge:         jsii.Number(corsSeconds),
		}},
		LifecycleRules: &[]*awss3.LifecycleRule{
			{Id: jsii.String("quarantine"), Prefix: jsii.String(quarantine), Expiration: awscdk.Duration_Days(jsii.Number(quarantineDays))},
			{Id: jsii.String("unfinished"), AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1))},
		},
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	cdknag.NagSuppressions_AddResourceSuppressions(bucket, &[]*cdknag.NagPackSuppression{{
		Id:     jsii.String("AwsSolutions-S1"),
		Reason: jsii.String("Only the services read, and only URLs that they signed can write; both are in their logs. Another log would keep the addresses of whoever uploads."),
	}}, nil)
}
