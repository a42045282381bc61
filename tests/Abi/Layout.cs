using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ProcImage.Tests.Abi;

/// <summary>Where the runtime really puts things: not how it would marshal them.</summary>
internal static class Layout
{
    public static int SizeOf(Type type) => Measure(type, code => code.Emit(OpCodes.Sizeof, type));

    public static int OffsetOf(FieldInfo field) => Measure(field.DeclaringType!, code =>
    {
        code.Emit(OpCodes.Ldloca_S, (byte)0);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Ldloca_S, (byte)0);
        code.Emit(OpCodes.Sub);
    });

    /// <summary>The length of an inline array; 0 for any other type.</summary>
    public static int LengthOf(Type type) => type.GetCustomAttribute<InlineArrayAttribute>()?.Length ?? 0;

    public static Type ElementOf(Type inlineArray) => FieldsOf(inlineArray).Single().FieldType;

    public static IEnumerable<FieldInfo> FieldsOf(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static int Measure(Type local, Action<ILGenerator> push)
    {
        var method = new DynamicMethod("measure", typeof(int), [], typeof(Layout).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.DeclareLocal(local);
        push(code);
        code.Emit(OpCodes.Conv_I4);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<int>>()();
    }
}
