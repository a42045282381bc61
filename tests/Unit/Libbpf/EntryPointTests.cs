using System.Reflection;
using System.Runtime.InteropServices;
using Libbpf.Native;

namespace ProcImage.Tests.Unit.Libbpf;

public class EntryPointTests
{
    public static TheoryData<string, string> EntryPoints()
    {
        var data = new TheoryData<string, string>();
        foreach (var (type, library) in new[]
                 {
                     (typeof(LibbpfNative), LibbpfNative.Library),
                     (typeof(LibcNative), "libc.so.6"),
                 })
        {
            foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
            {
                if (!method.Name.Contains('<', StringComparison.Ordinal))
                    data.Add(library, method.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EntryPoints))]
    public void Each_native_function_is_exported(string library, string name)
    {
        nint handle = NativeLibrary.Load(library);
        Assert.True(NativeLibrary.TryGetExport(handle, name, out _), $"{library} has no {name}");
    }

    [Fact]
    public void The_list_is_not_empty() => Assert.NotEmpty(EntryPoints());
}
