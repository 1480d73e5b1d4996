// A file system whose power can be cut: an SQLite VFS that remembers, beside every file it writes, what has been synced and
// what has not. `powercut_image` writes down what a disk could hold after a cut at this moment: all that was synced, and
// of each write since then any of its 512-byte sectors, or none, in any order.
//
// Files outside the watched folder go through untouched. One folder at a time.
#ifndef POWERCUT_H
#define POWERCUT_H

// Registers the VFS as SQLite's default one, once, and watches files below `folder`. 0, or an SQLite result code.
int powercut_watch(const char *folder);

// Writes the image of every watched file into `target`, which exists, under its own name. What survives is chosen by
// `seed`. Returns how many sectors were lost, or -1 where a file cannot be written.
long powercut_image(const char *target, unsigned long long seed);

// Forgets the folder and all that was remembered.
void powercut_forget(void);

#endif
