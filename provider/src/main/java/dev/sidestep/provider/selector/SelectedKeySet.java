package dev.sidestep.provider.selector;

import java.nio.channels.SelectionKey;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The selected keys of a selector. Every key knows its place, so nothing is hashed and nothing is
 * allocated per key. Users may remove keys but not add any; as the selector's contract says, they
 * synchronise on the set if several threads use it.
 */
final class SelectedKeySet extends AbstractSet<SelectionKey> {

  private @Nullable SidestepSelectionKey[] elements = new SidestepSelectionKey[16];
  private int size;
  private int modifications;

  /** Adds a key that is not in the set. */
  void addSelected(SidestepSelectionKey key) {
    if (size == elements.length) {
      elements = Arrays.copyOf(elements, size * 2);
    }
    key.selectedIndex = size;
    elements[size++] = key;
    modifications++;
  }

  boolean isSelected(SidestepSelectionKey key) {
    return key.selectedIndex >= 0;
  }

  @Override
  public boolean contains(@Nullable Object o) {
    return o instanceof SidestepSelectionKey key
        && key.selectedIndex >= 0
        && key.selectedIndex < size
        && elements[key.selectedIndex] == key;
  }

  @Override
  public boolean remove(@Nullable Object o) {
    if (!contains(o) || !(o instanceof SidestepSelectionKey key)) {
      return false;
    }
    removeAt(key.selectedIndex);
    return true;
  }

  /** The last key takes the free place. */
  private void removeAt(int index) {
    SidestepSelectionKey removed = at(index);
    SidestepSelectionKey last = at(--size);
    elements[index] = last;
    last.selectedIndex = index;
    elements[size] = null;
    removed.selectedIndex = -1;
    modifications++;
  }

  private SidestepSelectionKey at(int index) {
    SidestepSelectionKey key = elements[index];
    if (key == null) {
      throw new ConcurrentModificationException();
    }
    return key;
  }

  @Override
  public void clear() {
    for (int i = 0; i < size; i++) {
      at(i).selectedIndex = -1;
      elements[i] = null;
    }
    size = 0;
    modifications++;
  }

  /** Like {@code add}, which is inherited: whatever it is, and even if it is nothing. */
  @Override
  public boolean addAll(Collection<? extends SelectionKey> keys) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Iterator<SelectionKey> iterator() {
    return new Iterator<>() {
      private int cursor;
      private boolean removable;
      private int expected = modifications;

      @Override
      public boolean hasNext() {
        return cursor < size;
      }

      @Override
      public SelectionKey next() {
        checkUnmodified();
        if (cursor >= size) {
          throw new NoSuchElementException();
        }
        removable = true;
        return at(cursor++);
      }

      @Override
      public void remove() {
        if (!removable) {
          throw new IllegalStateException();
        }
        checkUnmodified();
        // The key that takes the free place comes next.
        removeAt(--cursor);
        removable = false;
        expected = modifications;
      }

      private void checkUnmodified() {
        if (expected != modifications) {
          throw new ConcurrentModificationException();
        }
      }
    };
  }
}
