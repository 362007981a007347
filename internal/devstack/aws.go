package devstack

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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
