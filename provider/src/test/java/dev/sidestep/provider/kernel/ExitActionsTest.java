package dev.sidestep.provider.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitActionsTest {

  private final ExitActions actions = new ExitActions();

  @Test
  void actionsRunOnceInOrderWhateverOneOfThemThrows() {
    List<String> ran = new ArrayList<>();
    actions.add(() -> ran.add("first"));
    actions.add(
        () -> {
          throw new IllegalStateException("thrown by a test, to be printed");
        });
    actions.add(() -> actions.add(() -> ran.add("registered while running")));
    actions.add(() -> ran.add("last"));
    actions.run();
    actions.run();
    assertEquals(List.of("first", "last", "registered while running"), ran);
  }
}
