// Package devstack runs the servers that Throng needs on this machine, for this process alone: `throng dev`, tests and
// the lab use it, a deployment never does. A server is found among the programs already installed, gets a data folder, a
// port on 127.0.0.1 and a password of its own, and is gone when the process that started it is gone, killed or not.
//
// StartPostgres starts a primary and its streaming replicas, StartRedis a Redis (redis.go). The parts below it are the same for every server:
//
//	find.go      which program to run, and a message that helps when there is none
//	account.go   which account runs it (Postgres refuses root), and which folders that account can enter
//	folder.go    the data folder: made, locked against a second process, written in safely
//	port.go      a port that no outgoing connection takes, the same at every start where possible
//	process.go   the life of the process: started, watched, ended by ever stronger signals
//	logfile.go   its messages, in a file that does not grow for ever
//	tempdir.go   temporary folders that the account can enter, and that the next run sweeps
//
// Linux and macOS are supported. Only Linux ends the servers of a killed parent; elsewhere the next start on the same
// data folder ends them first.
package devstack
