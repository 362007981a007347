package devstack

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func TestQueuesAreThoseOfTheTemplateAndGetWhatTheirTopicsGet(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e, err := StartFauxqs(ctx, EmulatorOptions{Dir: newDir(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	for range 2 { // the second time they are there already
		if err := CreateQueues(ctx, e.Endpoint(), "dev-"); err != nil {
			t.Fatal(err)
		}
	}
	topics := sns.New(sns.Options{Region: Region, BaseEndpoint: aws.String(e.Endpoint()), Credentials: anyCredentials})
	queues := sqs.New(sqs.Options{Region: Region, BaseEndpoint: aws.String(e.Endpoint()), Credentials: anyCredentials})
	if _, err := topics.Publish(ctx, &sns.PublishInput{TopicArn: aws.String("arn:aws:sns:" + Region + ":000000000000:dev-account_deleted"), Message: aws.String("gone")}); err != nil {
		t.Fatal(err)
	}
	for _, consumer := range []string{"graph", "post", "timeline"} {
		url, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("dev-" + consumer + "-account_deleted")})
		if err != nil {
			t.Fatal(err)
		}
		got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url.QueueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10})
		if err != nil || len(got.Messages) != 1 || aws.ToString(got.Messages[0].Body) != "gone" {
			t.Errorf("%s has %v, %v", consumer, got, err)
		}
	}
	endpoint := e.Endpoint()
	if err := e.Kill(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.Restart(ctx); err != nil || e.Endpoint() != endpoint {
		t.Errorf("it is back at %s, was at %s, %v", e.Endpoint(), endpoint, err)
	}
}
