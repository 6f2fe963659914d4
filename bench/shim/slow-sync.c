/* Preloaded: fsync and fdatasync take SLOW_SYNC_US microseconds longer; with SLOW_SYNC_SKIP=1 they do nothing else. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int (*sync_function)(int);

static int slow_sync(const char *name, int file)
{
  const char *us = getenv("SLOW_SYNC_US");
  const char *skip = getenv("SLOW_SYNC_SKIP");
  long delay = us ? atol(us) : 0;
  struct timespec rest = {delay / 1000000, delay % 1000000 * 1000};
  while (delay > 0 && nanosleep(&rest, &rest) != 0) { }
  if (skip && strcmp(skip, "1") == 0)
    return 0;
  return ((sync_function)dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return slow_sync("fsync", file); }
int fdatasync(int file) { return slow_sync("fdatasync", file); }
