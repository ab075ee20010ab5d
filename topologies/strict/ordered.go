package strict

// Map is a mapping with names for keys, in the order of the file.
type Map[T any] []Entry[T]

// Entry is one pair of a Map.
type Entry[T any] struct {
	Key     string
	KeyNode *Node // where the key stands
	Node    *Node // where the value stands
	Value   T
}

// Get returns a pointer to the value of a key, nil if the map has none.
func (m Map[T]) Get(key string) *T {
	for i := range m {
		if m[i].Key == key {
			return &m[i].Value
		}
	}
	return nil
}

// Keys lists the keys in the order of the file.
func (m Map[T]) Keys() []string {
	keys := make([]string, len(m))
	for i := range m {
		keys[i] = m[i].Key
	}
	return keys
}

// orderedMap is how the decoder reaches a Map of any T.
type orderedMap interface {
	reset(capacity int)
	add(key string, keyNode, node *Node) any // a pointer to the new value, to be filled
}

func (m *Map[T]) reset(capacity int) { *m = make(Map[T], 0, capacity) }

func (m *Map[T]) add(key string, keyNode, node *Node) any {
	*m = append(*m, Entry[T]{Key: key, KeyNode: keyNode, Node: node})
	return &(*m)[len(*m)-1].Value
}
