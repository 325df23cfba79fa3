package quoin.interop.phase4;

import com.helger.json.IJson;
import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.serialize.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Typed reading of JSON members; every miss is a {@link BadRequest} that names the member. */
final class JsonFields {
    private JsonFields() {}

    /** Parses UTF-8 JSON whose root is an object; an empty body reads as an empty object. */
    static IJsonObject parseObject(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8).strip();
        IJson json = JsonReader.readFromString(text.isEmpty() ? "{}" : text);
        if (json == null || !json.isObject()) {
            throw new BadRequest("the body is not a JSON object");
        }
        return json.getAsObject();
    }

    static String require(IJsonObject object, String name) {
        String value = text(object, name);
        if (value == null) {
            throw new BadRequest("missing member '" + name + "'");
        }
        return value;
    }

    /** The member as text, or null when it is absent or JSON null. */
    static String text(IJsonObject object, String name) {
        IJson value = object.get(name);
        if (value == null || (value.isValue() && value.getAsValue().getValue() == null)) {
            return null;
        }
        if (!value.isValue()) {
            throw new BadRequest("member '" + name + "' must be a string");
        }
        return String.valueOf(value.getAsValue().getValue());
    }

    static String text(IJsonObject object, String name, String otherwise) {
        String value = text(object, name);
        return value == null ? otherwise : value;
    }

    static boolean flag(IJsonObject object, String name, boolean otherwise) {
        String value = text(object, name);
        if (value == null) {
            return otherwise;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new BadRequest("member '" + name + "' must be true or false");
        };
    }

    /** The member as an object, or null when absent. */
    static IJsonObject object(IJsonObject object, String name) {
        IJson value = object.get(name);
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            throw new BadRequest("member '" + name + "' must be an object");
        }
        return value.getAsObject();
    }

    /** The member's objects in order; an absent member reads as an empty list. */
    static List<IJsonObject> objects(IJsonObject object, String name) {
        List<IJsonObject> found = new ArrayList<>();
        for (IJson item : array(object, name)) {
            if (!item.isObject()) {
                throw new BadRequest("member '" + name + "' must be a list of objects");
            }
            found.add(item.getAsObject());
        }
        return found;
    }

    /** The member's strings in order; a single string reads as a list of one, an absent member as none. */
    static List<String> texts(IJsonObject object, String name) {
        IJson value = object.get(name);
        if (value != null && value.isValue()) {
            return List.of(require(object, name));
        }
        List<String> found = new ArrayList<>();
        for (IJson item : array(object, name)) {
            if (!item.isValue()) {
                throw new BadRequest("member '" + name + "' must be a list of strings");
            }
            found.add(String.valueOf(item.getAsValue().getValue()));
        }
        return found;
    }

    private static Iterable<IJson> array(IJsonObject object, String name) {
        IJson value = object.get(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new BadRequest("member '" + name + "' must be a list");
        }
        IJsonArray array = value.getAsArray();
        return array;
    }
}
