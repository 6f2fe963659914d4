// Preloaded into a process (LD_PRELOAD), it slows down or fails its syncs, and records what the process does to the files below
// a folder, in the order in which it happens. The environment says what to do:
//
//   DISK_FOLDER      only files below it
//   DISK_SYNC_MS     how long a sync takes at least
//   DISK_FAIL_AFTER  after so many syncs each further one fails with EIO; the data may or may not be on the disk
//   DISK_RECORD      the file that gets the records, outside the folder
//
// A record is a line of JSON, in which a file is named by its path, and after a write its bytes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long syncs = 0;
static int record_file = -2;

static long setting(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value && *value ? atol(value) : otherwise;
}

/* Whether it is below the folder, and not the record. */
static int is_watched(const char *path) {
  const char *folder = getenv("DISK_FOLDER");
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int path_of(int fd, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_watched(path);
}

static void record(const char *act, const char *path, long long at, const void *bytes, size_t length) {
  if (record_file == -2) {
    const char *name = getenv("DISK_RECORD");
    record_file = name ? REAL(open)(name, O_CREAT | O_APPEND | O_WRONLY, 0600) : -1;
  }
  if (record_file < 0) return;
  char line[PATH_MAX + 128];
  int end = snprintf(line, sizeof line, "{\"act\":\"%s\",\"path\":\"%s\",\"at\":%lld,\"length\":%zu}\n", act, path, at, length);
  if (REAL(write)(record_file, line, end) != end) abort();
  if (bytes && REAL(write)(record_file, bytes, length) != (ssize_t)length) abort();
}

static int sync_with(int fd, int (*sync)(int)) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return sync(fd);
  pthread_mutex_lock(&lock);
  long n = ++syncs;
  record("sync", path, n, NULL, 0);
  pthread_mutex_unlock(&lock);
  long ms = setting("DISK_SYNC_MS", 0);
  struct timespec delay = {ms / 1000, (ms % 1000) * 1000000};
  if (ms) nanosleep(&delay, NULL);
  if (n > setting("DISK_FAIL_AFTER", LONG_MAX)) {
    errno = EIO;
    return -1;
  }
  int result = sync(fd);
  pthread_mutex_lock(&lock);
  record("synced", path, n, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) { return sync_with(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_with(fd, REAL(fdatasync)); }

static ssize_t recorded(int fd, const void *bytes, ssize_t written, long long at) {
  int error = errno;
  char path[PATH_MAX];
  if (written > 0 && path_of(fd, path)) record("write", path, at, bytes, written);
  errno = error;
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  pthread_mutex_lock(&lock);
  ssize_t written = recorded(fd, bytes, REAL(pwrite64)(fd, bytes, length, at), at);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

ssize_t write(int fd, const void *bytes, size_t length) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return REAL(write)(fd, bytes, length);
  pthread_mutex_lock(&lock);
  ssize_t written = REAL(write)(fd, bytes, length);
  recorded(fd, bytes, written, lseek(fd, 0, SEEK_CUR) - written);
  pthread_mutex_unlock(&lock);
  return written;
}

int ftruncate64(int fd, off64_t length) {
  char path[PATH_MAX];
  pthread_mutex_lock(&lock);
  int result = REAL(ftruncate64)(fd, length);
  if (result == 0 && path_of(fd, path)) record("truncate", path, length, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  int result = REAL(unlink)(path);
  if (result == 0 && is_watched(path)) record("unlink", path, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
