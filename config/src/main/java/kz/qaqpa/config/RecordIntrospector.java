package kz.qaqpa.config;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;

/** Makes every component required unless it is {@code @Nullable}. */
final class RecordIntrospector extends JacksonAnnotationIntrospector {
  private static final long serialVersionUID = 1L;

  @Override
  public Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
    if (member instanceof AnnotatedParameter parameter
        && parameter.getOwner().getAnnotated()
            instanceof java.lang.reflect.Constructor<?> constructor) {
      return !constructor.getAnnotatedParameterTypes()[parameter.getIndex()].isAnnotationPresent(
          Nullable.class);
    }
    return super.hasRequiredMarker(config, member);
  }
}
