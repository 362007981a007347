package devstack

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// startMessaging starts fauxqs, with clients.
func startMessaging(t *testing.T, dir string) (*Emulator, *sns.Client, *sqs.Client) {
	t.Helper()
	e, err := StartFauxqs(t.Context(), EmulatorOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	for range 2 { // the second time they are there already
		if err := CreateQueues(t.Context(), e.Endpoint(), "dev-"); err != nil {
			t.Fatal(err)
		}
	}
	return e, sns.New(sns.Options{Region: Region, BaseEndpoint: aws.String(e.Endpoint()), Credentials: anyCredentials}),
		sqs.New(sqs.Options{Region: Region, BaseEndpoint: aws.String(e.Endpoint()), Credentials: anyCredentials})
}

func publish(t *testing.T, topics *sns.Client, text string) {
	t.Helper()
	_, err := topics.Publish(t.Context(), &sns.PublishInput{TopicArn: aws.String("arn:aws:sns:" + Region + ":000000000000:dev-account_deleted"), Message: aws.String(text)})
	if err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, queues *sqs.Client, name string) (bodies []string) {
	t.Helper()
	url, err := queues.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url.QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got.Messages {
		bodies = append(bodies, aws.ToString(m.Body))
	}
	return bodies
}

func TestQueuesAreThoseOfTheTemplateAndGetWhatTheirTopicsGet(t *testing.T) {
	t.Parallel()
	_, topics, queues := startMessaging(t, newDir(t))
	publish(t, topics, "gone")
	for _, consumer := range []string{"graph", "post", "timeline", "campaign"} {
		if got := receive(t, queues, "dev-"+consumer+"-account_deleted"); len(got) != 1 || got[0] != "gone" {
			t.Errorf("%s has %v", consumer, got)
		}
	}
}

func TestMessagesThatAreLeftAreThereAtTheNextStart(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	e, topics, queues := startMessaging(t, dir)
	publish(t, topics, "kept")
	receive(t, queues, "dev-post-account_deleted") // one is with a worker
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e, _, queues = startMessaging(t, dir)
	for _, consumer := range []string{"graph", "post"} {
		if got := receive(t, queues, "dev-"+consumer+"-account_deleted"); len(got) != 1 || got[0] != "kept" {
			t.Errorf("%s has %v", consumer, got)
		}
	}
	endpoint := e.Endpoint()
	if err := e.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Restart(t.Context()); err != nil || e.Endpoint() != endpoint {
		t.Errorf("it is back at %s, was at %s, %v", e.Endpoint(), endpoint, err)
	}
}
