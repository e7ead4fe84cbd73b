/* NumPy's two protocols: what a recorder or a caller in C does goes there, everything else to Python. */
#include "native.h"

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *recorders, *slow;
} Hook;

/* (self, ufunc, method, *inputs) */
static PyObject *hook_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    Hook *h = (Hook *)self;
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (n > 3 && names == NULL && PyUnicode_Check(args[2]) &&
        PyUnicode_CompareWithASCIIString(args[2], "__call__") == 0) {
        PyObject *recorder = PyDict_GetItemWithError(h->recorders, args[1]);
        if (recorder != NULL) {
            Py_INCREF(recorder);
            PyObject *out = PyObject_Vectorcall(recorder, args + 3, n - 3, NULL);
            Py_DECREF(recorder);
            return out;
        }
        if (PyErr_Occurred())
            return NULL;
    }
    return PyObject_Vectorcall(h->slow, args, nargsf, names);
}

/* (self, function, types, args, kwargs) */
static PyObject *function_hook_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    Hook *h = (Hook *)self;
    if (names == NULL && PyVectorcall_NARGS(nargsf) == 5 && PyTuple_CheckExact(args[3]) && PyDict_CheckExact(args[4])) {
        PyObject *out = call_by(h->recorders, args[1], args[3], args[4]);
        if (out != NULL || PyErr_Occurred())
            return out;
    }
    return PyObject_Vectorcall(h->slow, args, nargsf, names);
}

static int hook_traverse(PyObject *self, visitproc visit, void *arg)
{
    return visit_each(&((Hook *)self)->recorders, 2, visit, arg);
}

static void hook_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    clear_each(&((Hook *)self)->recorders, 2);
    PyObject_GC_Del(self);
}

PyTypeObject HookType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Hook",
    .tp_basicsize = sizeof(Hook),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = hook_traverse,
    .tp_dealloc = hook_dealloc,
    .tp_descr_get = bind_method,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Hook, call),
};

static PyObject *hook(PyObject *args, vectorcallfunc call)
{
    PyObject *recorders, *slow;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &recorders, &slow))
        return NULL;
    Hook *h = PyObject_GC_New(Hook, &HookType);
    if (h == NULL)
        return NULL;
    h->call = call;
    h->recorders = Py_NewRef(recorders);
    h->slow = Py_NewRef(slow);
    PyObject_GC_Track(h);
    return (PyObject *)h;
}

/* ufunc_hook(recorders, slow) */
PyObject *ufunc_hook(PyObject *module, PyObject *args)
{
    return hook(args, hook_call);
}

/* function_hook(callers, slow) */
PyObject *function_hook(PyObject *module, PyObject *args)
{
    return hook(args, function_hook_call);
}
