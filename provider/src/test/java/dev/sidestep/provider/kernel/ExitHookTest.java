package dev.sidestep.provider.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitHookTest {

  @Test
  void actionsRunOnceInOrderWhateverOneOfThemThrows() {
    ExitHook.runBySomebodyElse();
    List<String> ran = new ArrayList<>();
    ExitHook.register(() -> ran.add("first"));
    ExitHook.register(
        () -> {
          throw new IllegalStateException("thrown by a test, to be printed");
        });
    ExitHook.register(() -> ExitHook.register(() -> ran.add("registered while running")));
    ExitHook.register(() -> ran.add("last"));
    ExitHook.run();
    ExitHook.run();
    assertEquals(List.of("first", "last", "registered while running"), ran);
  }
}
