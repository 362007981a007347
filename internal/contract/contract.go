// Package contract holds no code but tests: of what Throng says of itself in
// more than one language, and that the compilers of those languages do not
// compare.
//
// They walk the descriptors of every contract (who may call a method, what input
// it takes, how it is paged and repeated), the vendored copy of a contract that
// others publish, the queries (each noun names its own tables only), the tables
// that River makes, and the table of subscriptions. They need no list of nouns:
// what is in proto/ and sql/ is found there, and a noun that is added is held to
// the same rules from its first day.
package contract
