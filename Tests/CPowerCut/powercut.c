// See powercut.h. All state stands behind one mutex: SQLite's writer, its readers and the one who cuts are on different
// threads. Syncs are not passed on, since the disk that counts is the remembered one; so tests are quick.
#include "powercut.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Change {
    struct Change *next;
    sqlite3_int64 offset;
    int length; // -1: the file was cut to `offset`
    unsigned char bytes[];
} Change;

typedef struct Watched {
    struct Watched *next;
    char *path;
    unsigned char *durable;
    sqlite3_int64 size, room;
    Change *first, *last;
} Watched;

typedef struct File {
    sqlite3_file base;
    Watched *watched;
    sqlite3_file *real;
} File;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *folder;
static Watched *all;
static sqlite3_vfs *original;

static void apply(unsigned char **bytes, sqlite3_int64 *size, sqlite3_int64 *room, const Change *change, int from, int to) {
    if (change->length < 0) {
        if (*size > change->offset) *size = change->offset;
        return;
    }
    sqlite3_int64 end = change->offset + to;
    if (end > *room) {
        *room = end * 2;
        *bytes = realloc(*bytes, *room);
    }
    if (change->offset + from > *size) memset(*bytes + *size, 0, change->offset + from - *size);
    if (end > *size) *size = end;
    memcpy(*bytes + change->offset + from, change->bytes + from, to - from);
}

static void remember(Watched *watched, sqlite3_int64 offset, const void *bytes, int length) {
    Change *change = malloc(sizeof(Change) + (length > 0 ? length : 0));
    *change = (Change){.offset = offset, .length = length};
    if (length > 0) memcpy(change->bytes, bytes, length);
    pthread_mutex_lock(&lock);
    if (watched->last) watched->last->next = change; else watched->first = change;
    watched->last = change;
    pthread_mutex_unlock(&lock);
}

static void settle(Watched *watched) {
    while (watched->first) {
        Change *change = watched->first;
        apply(&watched->durable, &watched->size, &watched->room, change, 0, change->length);
        watched->first = change->next;
        free(change);
    }
    watched->last = NULL;
}

#define REAL(file) (((File *)(file))->real)
#define CALL(file, method, ...) REAL(file)->pMethods->method(REAL(file), ##__VA_ARGS__)

static int closeFile(sqlite3_file *f) { return REAL(f)->pMethods ? CALL(f, xClose) : SQLITE_OK; }
static int readFile(sqlite3_file *f, void *to, int n, sqlite3_int64 at) { return CALL(f, xRead, to, n, at); }
static int writeFile(sqlite3_file *f, const void *from, int n, sqlite3_int64 at) {
    int code = CALL(f, xWrite, from, n, at);
    if (code == SQLITE_OK && ((File *)f)->watched) remember(((File *)f)->watched, at, from, n);
    return code;
}
static int truncateFile(sqlite3_file *f, sqlite3_int64 size) {
    int code = CALL(f, xTruncate, size);
    if (code == SQLITE_OK && ((File *)f)->watched) remember(((File *)f)->watched, size, NULL, -1);
    return code;
}
static int syncFile(sqlite3_file *f, int flags) {
    if (!((File *)f)->watched) return CALL(f, xSync, flags);
    pthread_mutex_lock(&lock);
    settle(((File *)f)->watched);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}
static int fileSize(sqlite3_file *f, sqlite3_int64 *size) { return CALL(f, xFileSize, size); }
static int lockFile(sqlite3_file *f, int level) { return CALL(f, xLock, level); }
static int unlockFile(sqlite3_file *f, int level) { return CALL(f, xUnlock, level); }
static int checkReserved(sqlite3_file *f, int *out) { return CALL(f, xCheckReservedLock, out); }
static int fileControl(sqlite3_file *f, int op, void *arg) { return CALL(f, xFileControl, op, arg); }
static int sectorSize(sqlite3_file *f) { return CALL(f, xSectorSize); }
static int characteristics(sqlite3_file *f) { return CALL(f, xDeviceCharacteristics); }
static int shmMap(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return CALL(f, xShmMap, page, size, extend, out);
}
static int shmLock(sqlite3_file *f, int offset, int n, int flags) { return CALL(f, xShmLock, offset, n, flags); }
static void shmBarrier(sqlite3_file *f) { CALL(f, xShmBarrier); }
static int shmUnmap(sqlite3_file *f, int remove) { return CALL(f, xShmUnmap, remove); }

static const sqlite3_io_methods methods = {
    2, closeFile, readFile, writeFile, truncateFile, syncFile, fileSize, lockFile, unlockFile, checkReserved,
    fileControl, sectorSize, characteristics, shmMap, shmLock, shmBarrier, shmUnmap, NULL, NULL,
};

static Watched *watch(const char *path) {
    pthread_mutex_lock(&lock);
    Watched *found = NULL;
    if (folder && path && !strncmp(path, folder, strlen(folder))) {
        for (found = all; found && strcmp(found->path, path); found = found->next) {}
        if (!found) {
            found = calloc(1, sizeof(Watched));
            *found = (Watched){.next = all, .path = strdup(path)};
            all = found;
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static int openFile(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out) {
    File *file = (File *)f;
    file->real = (sqlite3_file *)(file + 1);
    file->watched = flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL) ? watch(path) : NULL;
    int code = original->xOpen(original, path, file->real, flags, out);
    f->pMethods = file->real->pMethods ? &methods : NULL;
    return code;
}

// A deletion is taken to last: file systems that keep a journal order it before what is synced afterwards.
static int deleteFile(sqlite3_vfs *vfs, const char *path, int syncFolder) {
    pthread_mutex_lock(&lock);
    for (Watched **at = &all; *at; at = &(*at)->next) {
        if (strcmp((*at)->path, path)) continue;
        *at = (*at)->next;
        break;
    }
    pthread_mutex_unlock(&lock);
    return original->xDelete(original, path, syncFolder);
}

int powercut_watch(const char *path) {
    static sqlite3_vfs vfs;
    pthread_mutex_lock(&lock);
    free(folder);
    folder = strdup(path);
    int isNew = !original;
    if (isNew) {
        original = sqlite3_vfs_find(NULL);
        vfs = *original;
        vfs.zName = "powercut";
        vfs.szOsFile = (int)sizeof(File) + original->szOsFile;
        vfs.xOpen = openFile;
        vfs.xDelete = deleteFile;
        vfs.pNext = NULL;
    }
    pthread_mutex_unlock(&lock);
    return isNew ? sqlite3_vfs_register(&vfs, 1) : SQLITE_OK;
}

static unsigned long long next(unsigned long long *state) {
    // SplitMix64 (Steele, Lea, Flood 2014).
    unsigned long long z = (*state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

long powercut_image(const char *target, unsigned long long seed) {
    long lost = 0;
    pthread_mutex_lock(&lock);
    for (Watched *watched = all; watched && lost >= 0; watched = watched->next) {
        sqlite3_int64 size = watched->size, room = watched->size;
        unsigned char *bytes = malloc(room + 1);
        memcpy(bytes, watched->durable ? watched->durable : bytes, size);
        // A cut in which nothing of a file survives, or all but a little, is as likely as any between.
        unsigned long long survive = next(&seed) % 101;
        for (const Change *change = watched->first; change; change = change->next) {
            if (change->length < 0) {
                if (next(&seed) % 100 < survive) apply(&bytes, &size, &room, change, 0, 0);
                continue;
            }
            for (int from = 0; from < change->length;) {
                int to = from + 512 - (int)((change->offset + from) % 512);
                if (to > change->length) to = change->length;
                if (next(&seed) % 100 < survive) apply(&bytes, &size, &room, change, from, to); else lost++;
                from = to;
            }
        }
        char *name = strrchr(watched->path, '/'), path[4096];
        snprintf(path, sizeof path, "%s%s", target, name ? name : watched->path);
        FILE *out = fopen(path, "wb");
        if (!out || fwrite(bytes, 1, size, out) != (size_t)size) lost = -1;
        if (out) fclose(out);
        free(bytes);
    }
    pthread_mutex_unlock(&lock);
    return lost;
}

void powercut_forget(void) {
    // Files that are still open keep what they point to; it is small, and the process is a test.
    pthread_mutex_lock(&lock);
    free(folder);
    folder = NULL;
    all = NULL;
    pthread_mutex_unlock(&lock);
}
