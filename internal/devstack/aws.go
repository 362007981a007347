package devstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/throng-social/throng/cdk"
)

// Region is the one in which emulators believe to be.
const Region = "eu-central-1"

var anyCredentials = credentials.NewStaticCredentialsProvider("throng", "throng", "")

// CreateTables makes the tables of cdk/template.json at an endpoint, under names
// that begin with prefix. Those that are there already are left alone.
func CreateTables(ctx context.Context, endpoint, prefix string) error {
	declared, err := cdk.Read(prefix)
	if err != nil {
		return err
	}
	api := dynamodb.New(dynamodb.Options{Region: Region, BaseEndpoint: aws.String(endpoint), Credentials: anyCredentials})
	for _, t := range declared.Tables {
		_, err := api.CreateTable(ctx, &dynamodb.CreateTableInput{
			TableName:   aws.String(t.Name),
			BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: aws.String(t.Hash), AttributeType: types.ScalarAttributeTypeS},
				{AttributeName: aws.String(t.Range), AttributeType: types.ScalarAttributeTypeS},
			},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String(t.Hash), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String(t.Range), KeyType: types.KeyTypeRange},
			},
		})
		if _, there := errors.AsType[*types.ResourceInUseException](err); err != nil && !there {
			return fmt.Errorf("create table %s: %w", t.Name, err)
		}
	}
	return nil
}

// DropTables removes the tables that CreateTables made under prefix.
func DropTables(ctx context.Context, endpoint, prefix string) error {
	declared, err := cdk.Read(prefix)
	if err != nil {
		return err
	}
	api := dynamodb.New(dynamodb.Options{Region: Region, BaseEndpoint: aws.String(endpoint), Credentials: anyCredentials})
	var errs []error
	for _, t := range declared.Tables {
		_, err := api.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(t.Name)})
		if _, gone := errors.AsType[*types.ResourceNotFoundException](err); !gone {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// CreateQueues makes the topics, queues and subscriptions of cdk/template.json at an
// endpoint, under names that begin with prefix. Those that are there already are
// left alone.
func CreateQueues(ctx context.Context, endpoint, prefix string) error {
	declared, err := cdk.Read(prefix)
	if err != nil {
		return err
	}
	c := messaging{
		sqs.New(sqs.Options{Region: Region, BaseEndpoint: aws.String(endpoint), Credentials: anyCredentials}),
		sns.New(sns.Options{Region: Region, BaseEndpoint: aws.String(endpoint), Credentials: anyCredentials}),
		map[string]string{},
	}
	// Queues of dead letters come first: others name them.
	slices.SortStableFunc(declared.Queues, func(a, b cdk.Queue) int { return cmp.Compare(a.Tries, b.Tries) })
	for _, q := range declared.Queues {
		if err := c.queue(ctx, q); err != nil {
			return fmt.Errorf("create queue %s: %w", q.Name, err)
		}
	}
	for _, s := range declared.Subscriptions {
		if err := c.subscribe(ctx, s); err != nil {
			return fmt.Errorf("subscribe %s to %s: %w", s.Queue, s.Topic, err)
		}
	}
	return nil
}

// messaging makes what SNS and SQS have.
type messaging struct {
	sqs *sqs.Client
	sns *sns.Client
	// arns are those of queues by name.
	arns map[string]string
}

func (c messaging) queue(ctx context.Context, q cdk.Queue) error {
	attributes := map[string]string{}
	if q.Dead != "" {
		attributes["VisibilityTimeout"] = strconv.Itoa(int(q.Visibility.Seconds()))
		attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, c.arns[q.Dead], q.Tries)
	}
	made, err := c.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(q.Name), Attributes: attributes})
	if err != nil {
		return err
	}
	out, err := c.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: made.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	if err == nil {
		c.arns[q.Name] = out.Attributes["QueueArn"]
	}
	return err
}

func (c messaging) subscribe(ctx context.Context, s cdk.Subscription) error {
	topic, err := c.sns.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String(s.Topic)})
	if err != nil {
		return err
	}
	_, err = c.sns.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String(c.arns[s.Queue]),
		Attributes: map[string]string{"RawMessageDelivery": "true"},
	})
	return err
}
