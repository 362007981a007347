package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/app"
)

type policyCommand struct {
	app.Settings `embed:""`

	Name string `arg:"" optional:"" enum:",push,pull,hybrid,adaptive" default:"" help:"The strategy to switch to: push, pull, hybrid or adaptive; without it the one in force is printed."`
	From int    `default:"0" help:"From how many followers on hybrid pulls an author; 0 for 50,000."`
}

// Run switches the deployment's strategy, while it runs, and prints it.
func (c *policyCommand) Run(ctx context.Context) error {
	return operate(ctx, c.Settings, func(a *app.App) error {
		if c.Name != "" {
			if err := a.SetPolicy(ctx, c.Name, c.From); err != nil {
				return err
			}
		}
		p, err := a.Policy(ctx)
		if err == nil {
			fmt.Println(describePolicy(p))
		}
		return err
	})
}

func describePolicy(p *timelinev1.GetPolicyResponse) string {
	name := strings.ToLower(strings.TrimPrefix(p.GetPolicy().GetStrategy().String(), "STRATEGY_"))
	text := fmt.Sprintf("%s (hybrid's threshold: %d followers)", name, p.GetPolicy().GetThreshold())
	text += fmt.Sprintf("\na push costs %v, a pull %v", p.GetPushCost().AsDuration(), p.GetPullCost().AsDuration())
	switch {
	case p.GetSwitchedAt() == nil:
		return text + "\nas the settings say; never switched"
	case p.GetSettledAt() == nil:
		return text + "\nswitched " + p.GetSwitchedAt().AsTime().Format(time.RFC3339) + "; edges are still being moved, timelines are right meanwhile"
	default:
		return text + "\nswitched " + p.GetSwitchedAt().AsTime().Format(time.RFC3339) + ", all edges moved " + p.GetSettledAt().AsTime().Format(time.RFC3339)
	}
}
