#include "platform.h"
int platform_placeholder(void) { return 0; }
