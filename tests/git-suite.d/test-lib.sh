# Read by git's test scripts instead of git's `test-lib.sh`, which it reads in turn: a git of ours goes in front of theirs.
SUITE_SCRIPT=$(basename "$0" .sh)
. "$TEST_DIRECTORY/test-lib.sh"
SUITE_GIT=$GIT_BUILD_DIR/bin-wrappers/git
PATH=$SUITE_BIN:$PATH
export PATH SUITE_GIT SUITE_SCRIPT
