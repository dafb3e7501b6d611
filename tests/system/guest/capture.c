/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start an ALSA capture that never ends, by ioctl, without alsa-lib.
 *
 * The stream is told never to stop at an overrun, so the HDA controller fills its ring
 * buffer for ever, whether or not anybody reads: the legacy DMA that outlives the panic.
 */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <sound/asound.h>

static struct snd_mask *mask_of(struct snd_pcm_hw_params *p, int param)
{
	return &p->masks[param - SNDRV_PCM_HW_PARAM_FIRST_MASK];
}

static struct snd_interval *interval_of(struct snd_pcm_hw_params *p, int param)
{
	return &p->intervals[param - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
}

/* Every parameter starts as "anything goes"; the driver narrows what we leave open. */
static void any_params(struct snd_pcm_hw_params *p)
{
	memset(p, 0, sizeof(*p));
	for (int i = SNDRV_PCM_HW_PARAM_FIRST_MASK; i <= SNDRV_PCM_HW_PARAM_LAST_MASK; i++)
		memset(mask_of(p, i)->bits, 0xff, sizeof(mask_of(p, i)->bits));
	for (int i = SNDRV_PCM_HW_PARAM_FIRST_INTERVAL; i <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL; i++)
		interval_of(p, i)->max = UINT_MAX;
	p->rmask = ~0u;
	p->info = ~0u;
}

static void only(struct snd_pcm_hw_params *p, int param, unsigned int value)
{
	memset(mask_of(p, param)->bits, 0, sizeof(mask_of(p, param)->bits));
	mask_of(p, param)->bits[value / 32] = 1u << value % 32;
}

static void exactly(struct snd_pcm_hw_params *p, int param, unsigned int value)
{
	struct snd_interval *i = interval_of(p, param);

	i->min = value;
	i->max = value;
	i->integer = 1;
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/snd/pcmC0D0c";
	struct snd_pcm_hw_params hw;
	struct snd_pcm_sw_params sw = { .period_step = 1, .avail_min = 1, .start_threshold = 1 };
	int fd = open(device, O_RDWR);

	if (fd < 0)
		err(1, "%s", device);

	any_params(&hw);
	only(&hw, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	only(&hw, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
	exactly(&hw, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	exactly(&hw, SNDRV_PCM_HW_PARAM_RATE, 48000);
	exactly(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, 4096);
	exactly(&hw, SNDRV_PCM_HW_PARAM_PERIODS, 4);
	if (ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &hw))
		err(1, "hw_params");

	/* With a boundary of 4 * 2^n frames, a threshold that large means "never". */
	sw.boundary = 4ul * 4096;
	while (sw.boundary * 2 <= LONG_MAX - 4ul * 4096)
		sw.boundary *= 2;
	sw.stop_threshold = sw.boundary;
	if (ioctl(fd, SNDRV_PCM_IOCTL_SW_PARAMS, &sw))
		err(1, "sw_params");
	if (ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) || ioctl(fd, SNDRV_PCM_IOCTL_START))
		err(1, "start");

	for (;;)
		pause();
}
