package reports

import (
	"os"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

func TestZZShot(t *testing.T) {
	in := os.Getenv("P_HTML")
	if in == "" {
		t.Skip()
	}
	ctx := browser(t)
	w, _ := strconv.Atoi(os.Getenv("P_W"))
	chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: os.Getenv("P_MEDIA"), Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: os.Getenv("P_SCHEME")}}})
	open(ctx, t, in, int64(w))
	r, err := chromedp.Call(ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{CaptureBeyondViewport: p(true)})
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(os.Getenv("P_PNG"), []byte(r.Data), 0o644)
}

func p[T any](v T) *T { return &v }
