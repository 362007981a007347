package devstack

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func startDynoxide(t *testing.T, o EmulatorOptions) (*Emulator, *dynamodb.Client) {
	t.Helper()
	e, err := StartDynoxide(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, dynamodb.New(dynamodb.Options{Region: Region, BaseEndpoint: aws.String(e.Endpoint()), Credentials: anyCredentials})
}

func TestTablesAreThoseOfTheTemplateAndKeepTheirItems(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), newDir(t)
	e, api := startDynoxide(t, EmulatorOptions{Dir: dir})
	for range 2 { // the second time they are there already
		if err := CreateTables(ctx, e.Endpoint(), "dev-"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("dev-graph"), Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "p"}, "sk": &types.AttributeValueMemberS{Value: "s"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Kill(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	endpoint := e.Endpoint()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e, api = startDynoxide(t, EmulatorOptions{Dir: dir})
	if e.Endpoint() != endpoint {
		t.Errorf("it was at %s, and is at %s", endpoint, e.Endpoint())
	}
	names, err := api.ListTables(ctx, &dynamodb.ListTablesInput{})
	if err != nil || len(names.TableNames) != 4 {
		t.Errorf("tables are %v, %v", names, err)
	}
	items, err := api.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("dev-graph")})
	if err != nil || len(items.Items) != 1 {
		t.Errorf("items are %v, %v", items, err)
	}
	if err := DropTables(ctx, e.Endpoint(), "dev-"); err != nil {
		t.Error(err)
	}
}

func TestAMissingProgramSaysHowToGetIt(t *testing.T) {
	t.Setenv("THRONG_DYNOXIDE", "/nowhere/dynoxide")
	if _, err := StartDynoxide(t.Context(), EmulatorOptions{Dir: newDir(t)}); err == nil {
		t.Error("it starts")
	}
}
