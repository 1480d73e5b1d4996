int platform_placeholder(void);
