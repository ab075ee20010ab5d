package topologies

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"faultline/sim/result"
	"faultline/topologies/strict"
)

// Location is a file in a tree of files, which no path in a file can leave.
// Its String is what errors and results show: the path from the tree's root.
type Location struct {
	tree *tree
	name string // slash-separated, relative to the root
}

// tree is where files are read from: a folder of the disk, or the catalogue.
type tree struct {
	files  fs.FS
	dir    string // real path of the root on the disk; "" elsewhere
	prefix string // before names in messages: "builtin:"
}

// builtinPrefix marks the files of the catalogue in messages and results.
const builtinPrefix = "builtin:"

// InFS is a file of fsys, whose root is the tree's root. Tests and built-in
// files use it.
func InFS(fsys fs.FS, name string) Location { return Location{&tree{files: fsys}, name} }

// InCatalogue is a built-in file. fsys is laid out like the project: topologies/
// and scenarios/ side by side.
func InCatalogue(fsys fs.FS, name string) Location {
	return Location{&tree{files: fsys, prefix: builtinPrefix}, name}
}

// OnDisk is the file at a path that a user typed. Paths in files stay inside
// root; if root is "", inside the nearest folder above the file that holds .git,
// else the working directory if the file is in it, else the file's own folder.
func OnDisk(file, root string) (Location, error) {
	real, err := realPath(file)
	if err != nil {
		return Location{}, err
	}
	if root == "" {
		root = nearestRoot(filepath.Dir(real))
	}
	dir, err := realPath(root)
	if err != nil {
		return Location{}, fmt.Errorf("root: %w", err)
	}
	rel, err := filepath.Rel(dir, real)
	if err != nil || !filepath.IsLocal(rel) {
		return Location{}, fmt.Errorf("%s is outside the root %s (write --root with a folder that holds it)", file, root)
	}
	return Location{&tree{files: os.DirFS(dir), dir: dir}, filepath.ToSlash(rel)}, nil
}

// realPath is absolute, with all symbolic links followed.
func realPath(file string) (string, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("%s: %s", file, plainReason(err))
	}
	return real, nil
}

func nearestRoot(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if wd, err := os.Getwd(); err == nil {
		if wd, err = filepath.EvalSymlinks(wd); err == nil {
			if rel, err := filepath.Rel(wd, dir); err == nil && filepath.IsLocal(rel) {
				return wd
			}
		}
	}
	return dir
}

// String is the path from the root, with "builtin:" before it in the catalogue.
func (l Location) String() string { return l.tree.prefix + l.name }

// Near is the file that a path written in the file at l means. The error says
// what is wrong with the path; it does not say that there is no such file.
func (l Location) Near(ref string) (Location, error) {
	if ref == "" {
		return Location{}, errors.New("the path is empty")
	}
	if path.IsAbs(ref) || filepath.IsAbs(ref) || strings.ContainsRune(ref, '\\') {
		return Location{}, fmt.Errorf("%s is not a relative path with forward slashes (write it relative to this file)", strict.Quote(ref))
	}
	name := path.Join(path.Dir(l.name), ref)
	if !fs.ValidPath(name) {
		return Location{}, l.outside(ref)
	}
	next := Location{l.tree, name}
	if l.tree.dir == "" {
		return next, nil
	}
	real, err := filepath.EvalSymlinks(filepath.Join(l.tree.dir, filepath.FromSlash(name)))
	if err != nil {
		return next, nil // Read says why
	}
	if rel, err := filepath.Rel(l.tree.dir, real); err != nil || !filepath.IsLocal(rel) {
		return Location{}, l.outside(ref)
	}
	return next, nil
}

func (l Location) outside(ref string) error {
	where := "the root"
	switch {
	case l.tree.dir != "":
		where += " " + l.tree.dir
	case l.tree.prefix != "":
		where = "the catalogue"
	}
	return fmt.Errorf("%s leads outside %s (write --root with a folder that holds both files)", strict.Quote(ref), where)
}

// Read reads the whole file. The error names no path: the caller knows where
// it was written. What is larger than a YAML file may be is cut after one byte more.
func (l Location) Read() ([]byte, error) { return l.read(strict.MaxBytes) }

// read reads the file, cut one byte after a limit.
func (l Location) read(limit int64) ([]byte, error) {
	f, err := l.tree.files.Open(l.name)
	if err != nil {
		return nil, errors.New(plainReason(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, errors.New(plainReason(err))
	}
	return text, nil
}

// plainReason is an error of the file system without the path and the operation.
func plainReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "no permission to read it"
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// Source is a file as it was read; its digest is that of sha256sum.
func Source(at Location, text []byte) result.Source {
	sum := sha256.Sum256(text)
	return result.Source{Path: at.String(), Digest: "sha256:" + hex.EncodeToString(sum[:]), Text: string(text)}
}

// Digest is "sha256:…" over the parts, each preceded by its length.
func Digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// DigestOf is the digest of sources and of the flags that changed them. Paths do
// not count: a moved file is the same model.
func DigestOf(sources []result.Source, set []Override) string {
	var parts []string
	for _, s := range sources {
		parts = append(parts, s.Digest)
	}
	for _, o := range set {
		parts = append(parts, o.Path, o.Value)
	}
	return Digest(parts...)
}

// addSource appends a source unless it is there.
func addSource(list []result.Source, s result.Source) []result.Source {
	if slices.ContainsFunc(list, func(o result.Source) bool { return o.Path == s.Path }) {
		return list
	}
	return append(list, s)
}
