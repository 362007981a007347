//go:build race

package app_test

// small says that worlds are to be small: the race detector slows all down.
const small = true
